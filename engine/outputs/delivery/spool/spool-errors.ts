import type { SpoolDestination } from './spool-destination.ts';

/** There is no room left in a spool. */
export class SpoolFull extends Error {
  constructor(sizeMax: number) {
    super(`it is full: ${sizeMax} bytes`);
    this.name = 'SpoolFull';
  }
}

/** Alerts in a spool are not for the output that is to have it. */
export class SpoolOfOther extends Error {
  constructor(count: number, destination: SpoolDestination | undefined) {
    const whom = destination === undefined ? 'an unknown destination' : destination.label;
    const form = destination === undefined ? '' : ` (${destination.form})`;
    super(`its spool holds ${count} ${count === 1 ? 'alert' : 'alerts'} for ${whom}${form}`);
    this.name = 'SpoolOfOther';
  }
}
