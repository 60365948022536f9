import type { Field } from './field.ts';
import type { FieldType } from './field-type.ts';

/** Fields of every source that the engine computes itself (Falco's generic event fields). */
const ROWS = [
  ['evt.num', 'uint64', 'Number of the event in its stream, from 1'],
  ['evt.time', 'string', 'Time of the event, local, with nanoseconds'],
  ['evt.time.s', 'string', 'Time of the event, local, to the second'],
  ['evt.time.iso8601', 'string', 'Time of the event in UTC, with nanoseconds'],
  ['evt.datetime', 'string', 'Date and time of the event, local, with nanoseconds'],
  ['evt.datetime.s', 'string', 'Date and time of the event, local, to the second'],
  ['evt.rawtime', 'abstime', 'Nanoseconds since 1970'],
  ['evt.rawtime.s', 'abstime', 'Seconds since 1970'],
  ['evt.rawtime.ns', 'abstime', 'Nanoseconds within the second'],
  ['evt.reltime', 'reltime', 'Nanoseconds since the first event of the stream'],
  ['evt.reltime.s', 'reltime', 'Seconds since the first event of the stream'],
  ['evt.reltime.ns', 'reltime', 'Nanoseconds within the second since the first event'],
  ['evt.pluginname', 'string', 'Name of the plugin that the event comes from'],
  ['evt.plugininfo', 'string', 'The event in one line, as its plugin says it'],
  ['evt.source', 'string', 'Event source, such as aws_cloudtrail'],
  ['evt.is_async', 'bool', 'Whether the event is an asynchronous one: never, for now'],
  ['evt.asynctype', 'string', 'Type of an asynchronous event'],
  ['evt.hostname', 'string', 'Name of the machine the engine runs on'],
] as const satisfies readonly (readonly [name: string, type: FieldType, description: string])[];

export type EngineFieldName = (typeof ROWS)[number][0];

const STATIC_DESCRIPTION = 'A constant of the configuration (static_fields)';

export function engineFields(staticFields: Readonly<Record<string, string>>): Field[] {
  const toField = (name: string, type: FieldType, description: string): Field => ({
    name,
    type,
    isList: false,
    argument: { kind: 'none', required: false },
    description,
    properties: {},
    provider: { kind: 'engine' },
  });
  return [
    ...ROWS.map(([name, type, description]) => toField(name, type, description)),
    ...Object.keys(staticFields).map((key) =>
      toField(`static.${key}`, 'string', STATIC_DESCRIPTION),
    ),
  ];
}
