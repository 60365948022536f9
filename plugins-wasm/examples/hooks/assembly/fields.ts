// The fields, in the order of manifest.json.

import { EventView, pointer } from 'tiercel/sdk/event-view';
import { FieldTable } from 'tiercel/sdk/field-table';
import { Kind } from 'tiercel/sdk/slots';

const PRIVATE = pointer('/payload/repository/private');

export const fields = new FieldTable();

fields.text('hooks.type', pointer('/type'));
fields.text('hooks.action', pointer('/payload/action'));
fields.text('hooks.sender', pointer('/payload/sender/login'));
fields.text('hooks.repository', pointer('/payload/repository/full_name'));
fields.computed('hooks.private', [PRIVATE], isPrivate);

function isPrivate(event: EventView): void {
  const kind = event.kind(PRIVATE);
  if (kind == Kind.True || kind == Kind.False) event.putNumber(kind == Kind.True ? 1 : 0);
}
