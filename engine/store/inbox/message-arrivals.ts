/* Messages as arrivals: the body of each is an object. */

import type { Arrival, Inbox, InboxMessage } from './arrival.ts';
import { createMessageObject } from './message-object.ts';

export function asArrivals(inbox: Inbox<InboxMessage>): Inbox<Arrival> {
  return {
    name: inbox.name,
    aheadMax: inbox.aheadMax,
    open: (report) => inbox.open(report),
    receive: async () => (await inbox.receive()).map(toArrival),
    close: () => inbox.close(),
  };
}

function toArrival({ id, name, body, ...settling }: InboxMessage): Arrival {
  const open = () => Promise.resolve(createMessageObject(body));
  // Without a body there are no events to wait for.
  return { ...settling, objects: body.length === 0 ? [] : [{ path: `${id}.json`, name, open }] };
}
