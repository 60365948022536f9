/*
 * The fields of the Elastic Common Schema 8.17 that we use, with their types and, where the schema has them, their allowed
 * values (ecs_flat.yml). A namespace of one's own is allowed.
 */

interface Field {
  readonly type: 'date' | 'keyword' | 'text' | 'long';
  readonly values?: readonly string[];
  readonly isList?: boolean;
}

const keyword = { type: 'keyword' } as const;

const FIELDS: Readonly<Record<string, Field>> = {
  '@timestamp': { type: 'date' },
  message: { type: 'text' },
  tags: { ...keyword, isList: true },
  'ecs.version': keyword,
  'event.category': {
    ...keyword,
    isList: true,
    values: ['api', 'authentication', 'configuration', 'intrusion_detection', 'threat', 'network'],
  },
  'event.dataset': keyword,
  'event.id': keyword,
  'event.kind': {
    ...keyword,
    values: ['alert', 'asset', 'enrichment', 'event', 'metric', 'signal'],
  },
  'event.module': keyword,
  'event.original': keyword,
  'event.provider': keyword,
  'event.severity': { type: 'long' },
  'event.type': { ...keyword, isList: true, values: ['allowed', 'denied', 'info'] },
  'log.level': keyword,
  'observer.hostname': keyword,
  'observer.product': keyword,
  'observer.type': keyword,
  'observer.vendor': keyword,
  'observer.version': keyword,
  'rule.description': keyword,
  'rule.name': keyword,
  'rule.ruleset': keyword,
  'threat.framework': keyword,
  'threat.technique.id': { ...keyword, isList: true },
};

const OWN = 'tiercel';

export function problemsInEcs(event: object): string[] {
  return flat(event, '').flatMap(([path, value]): string[] => {
    if (path.startsWith(`${OWN}.`)) return [];
    const field = FIELDS[path];
    if (field === undefined) return [`${path} is unknown`];
    const values: unknown[] = field.isList === true && Array.isArray(value) ? value : [value];
    return values.flatMap((one) => problemsOf(one, field, path));
  });
}

function problemsOf(value: unknown, { type, values }: Field, path: string): string[] {
  const isRight =
    type === 'long'
      ? Number.isSafeInteger(value)
      : typeof value === 'string' && (type !== 'date' || !Number.isNaN(Date.parse(value)));
  if (!isRight) return [`${path} is no ${type}`];
  return values === undefined || values.includes(value as string) ? [] : [`${path} is ${value}`];
}

function flat(value: object, prefix: string): [path: string, value: unknown][] {
  return Object.entries(value).flatMap(([key, one]): [string, unknown][] => {
    const path = `${prefix}${key}`;
    return typeof one === 'object' && one !== null && !Array.isArray(one)
      ? flat(one, `${path}.`)
      : [[path, one]];
  });
}
