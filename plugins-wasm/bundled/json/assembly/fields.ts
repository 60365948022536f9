// The fields of the json plugin in the order of manifest.json.

import { FieldTable } from 'tiercel/sdk/field-table';
import { rawTime } from './extract';

export const fields = new FieldTable();

fields.jsonAtArgument('json.value');
fields.document('json.obj');
fields.computed('json.rawtime', [], rawTime);
fields.jsonAtArgument('jevt.value');
fields.computed('jevt.rawtime', [], rawTime);
fields.document('jevt.obj');
