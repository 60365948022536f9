import { EventView } from 'tiercel/sdk/event-view';

export function rawTime(event: EventView): void {
  event.startBuilding();
  event.addNumber(event.time);
  event.putBuilt();
}
