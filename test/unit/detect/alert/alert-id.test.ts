import { describe, expect, it } from 'vitest';
import { alertId } from '../../../../engine/detect/alert/alert-id.ts';

/** By Python's `uuid.uuid5` with the same namespace. */
const KNOWN = '0fa04c0b-f807-59ac-a025-5be5867ac4f1';
const id = (rule: string, source: string, event: string): string =>
  alertId(rule, source, Buffer.from(event));

describe('the id of an alert', () => {
  it('is a UUID of version 5', () => {
    expect(id('r', 's', '{}')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('never changes: whoever kept ids of an older version finds the same ones', () => {
    expect(id('Console login', 'aws_cloudtrail', '{"eventName":"A"}')).toBe(KNOWN);
  });

  it('is another one for another rule, source or event', () => {
    const all = [id('r', 's', 'e'), id('q', 's', 'e'), id('r', 't', 'e'), id('r', 's', 'f')];
    expect(new Set(all).size).toBe(4);
  });
});
