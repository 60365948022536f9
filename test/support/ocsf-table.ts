/*
 * The attributes of a Detection Finding that we use, as OCSF 1.5.0 has them (events/findings/detection_finding.json,
 * events/findings/finding.json, events/base_event.json, objects of the same names, dictionary.json): type, requirement,
 * enumeration. Others of the class are left out, so that what is not here is unknown.
 */

interface Attribute {
  readonly type: 'integer' | 'timestamp' | 'string' | 'boolean' | 'json' | 'object';
  readonly isRequired?: boolean;
  readonly isList?: boolean;
  readonly values?: readonly number[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

const text = { type: 'string' } as const;
const texts = { type: 'string', isList: true } as const;
const required = { isRequired: true } as const;

const DETECTION_FINDING: Readonly<Record<string, Attribute>> = {
  activity_id: { type: 'integer', ...required, values: [0, 1, 2, 3, 99] },
  activity_name: text,
  category_name: text,
  category_uid: { type: 'integer', ...required, values: [2] },
  class_name: text,
  class_uid: { type: 'integer', ...required, values: [2004] },
  evidences: {
    type: 'object',
    isList: true,
    attributes: { data: { type: 'json' }, name: text, uid: text },
  },
  finding_info: {
    type: 'object',
    ...required,
    attributes: {
      analytic: {
        type: 'object',
        attributes: {
          category: text,
          desc: text,
          name: text,
          type: text,
          type_id: {
            type: 'integer',
            ...required,
            values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 99],
          },
          uid: text,
          version: text,
        },
      },
      attacks: {
        type: 'object',
        isList: true,
        attributes: {
          technique: { type: 'object', attributes: { name: text, uid: text, src_url: text } },
          version: text,
        },
      },
      created_time: { type: 'timestamp' },
      data_sources: texts,
      desc: text,
      title: text,
      types: texts,
      uid: { ...text, ...required },
    },
  },
  is_alert: { type: 'boolean' },
  message: text,
  metadata: {
    type: 'object',
    ...required,
    attributes: {
      event_code: text,
      labels: texts,
      log_name: text,
      log_provider: text,
      product: {
        type: 'object',
        ...required,
        attributes: { name: { ...text, ...required }, uid: text, vendor_name: text, version: text },
      },
      uid: text,
      version: { ...text, ...required },
    },
  },
  raw_data: text,
  severity: text,
  severity_id: { type: 'integer', ...required, values: [0, 1, 2, 3, 4, 5, 6, 99] },
  status: text,
  status_id: { type: 'integer', values: [0, 1, 2, 3, 4, 5, 6, 99] },
  time: { type: 'timestamp', ...required },
  type_name: text,
  type_uid: { type: 'integer', ...required, values: [200_400, 200_401, 200_402, 200_403, 200_499] },
  unmapped: { type: 'json' },
};

export function problemsInOcsf(event: unknown): string[] {
  return problemsIn(event, DETECTION_FINDING, '');
}

function problemsIn(
  value: unknown,
  attributes: Readonly<Record<string, Attribute>>,
  path: string,
): string[] {
  if (typeof value !== 'object' || value === null) return [`${path} is no object`];
  const known = Object.entries(attributes).flatMap(([name, attribute]) =>
    problemsOf((value as Record<string, unknown>)[name], attribute, `${path}${name}`),
  );
  const unknown = Object.keys(value)
    .filter((name) => !Object.hasOwn(attributes, name))
    .map((name) => `${path}${name} is unknown`);
  return [...known, ...unknown];
}

function problemsOf(value: unknown, attribute: Attribute, path: string): string[] {
  const { type, isRequired = false, isList = false, values, attributes = {} } = attribute;
  if (value === undefined) return isRequired ? [`${path} is missing`] : [];
  if (isList) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((one) => problemsOf(one, { ...attribute, isList: false }, path));
  }
  if (type === 'object') return problemsIn(value, attributes, `${path}.`);
  if (type === 'json') return [];
  if (type === 'integer' || type === 'timestamp') {
    if (!Number.isSafeInteger(value)) return [`${path} is no integer`];
    return values === undefined || values.includes(value as number) ? [] : [`${path} is ${value}`];
  }
  return typeof value === type ? [] : [`${path} is no ${type}`];
}
