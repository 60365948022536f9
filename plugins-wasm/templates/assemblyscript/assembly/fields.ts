// The fields, in the order of manifest.json.

import { EventView, pointer } from 'tiercel/sdk/event-view';
import { FieldTable } from 'tiercel/sdk/field-table';
import { Kind } from 'tiercel/sdk/slots';

const OK = pointer('/ok');

export const fields = new FieldTable();

// A member of the event, by its JSON pointer.
fields.text('__prefix__.user', pointer('/user/name'));
fields.text('__prefix__.action', pointer('/action'));
// A function over members. What it does not put is absent.
fields.computed('__prefix__.failed', [OK], failed);

function failed(event: EventView): void {
  if (event.has(OK)) event.putNumber(event.kind(OK) == Kind.False ? 1 : 0);
}
