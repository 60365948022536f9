// The plugin: which lines are events, and what their fields are.

import { LineSource } from 'tiercel/js/line-source';
import { definePlugin } from 'tiercel/js/plugin';
import manifest from './manifest.json';

export const { plugin, source, extractor } = definePlugin({
  manifest,
  source: new LineSource({ time }),
  // The text of an event → what the functions below are given.
  parse: JSON.parse,
  // One for each field of the manifest. `undefined` is absent.
  fields: {
    '__prefix__.user': (event) => event.user?.name,
    '__prefix__.action': (event) => event.action,
    '__prefix__.failed': (event) => event.ok === false,
  },
});

/** When it happened. A line for which this throws is no event: that is reported, with its number. */
function time(line) {
  const event = JSON.parse(line);
  if (event?.action === undefined) throw new Error('has no action');
  return new Date(event.time);
}
