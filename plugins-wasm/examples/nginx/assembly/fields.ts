import { FieldTable } from 'tiercel/sdk/field-table';
import { line } from './line';

export const fields = new FieldTable();

fields.address('nginx.client', line.part('client'));
fields.text('nginx.user', line.part('user'));
fields.text('nginx.method', line.part('method'));
fields.text('nginx.path', line.part('path'));
fields.number('nginx.status', line.part('status'));
fields.number('nginx.size', line.part('size'));
fields.text('nginx.referer', line.part('referer'));
fields.text('nginx.agent', line.part('agent'));
