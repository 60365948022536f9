/* Changes to a signed plugin: each is refused, with the reason. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PluginConfig } from '../../../../engine/config/config.ts';
import { signDetached } from '../../../../engine/packages/trust/detached-signature.ts';
import { generateKey, type SecretKey } from '../../../../engine/packages/trust/secret-key.ts';
import {
  readSigned,
  SIGNATURE_SECTION,
  withSignature,
} from '../../../../engine/packages/trust/signature-section.ts';
import {
  readSections,
  sectionName,
  withCustomSection,
  writeUnsigned,
} from '../../../../engine/plugin/file/wasm-binary.ts';
import { NO_GRANTS } from '../../../../engine/plugin/gate/grants.ts';
import { admitPlugin } from '../../../../engine/run/load/admit-plugin.ts';
import { REPOSITORY } from '../../../support/run-program.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

const folder = scratchFolder('tampering');
const [ours, theirs, old] = [generateKey(), generateKey(), generateKey()];
const plain = readFileSync(join(REPOSITORY, 'dist/plugins/cloudtrail.wasm'));
const another = readFileSync(join(REPOSITORY, 'dist/plugins/json.wasm'));

function sign(bytes: Uint8Array, key: SecretKey = ours): Buffer {
  const signed = readSigned(bytes);
  if (signed === undefined || 'kind' in signed) throw new Error(signed?.message);
  return Buffer.from(withSignature(signed, bytes, key));
}

const signed = sign(plain);
const sections = readSections(signed);
const lastSection = signed.subarray(sections.at(-1)?.start);
const body = signed.subarray(0, sections.at(-1)?.start);
/** From the end: the one entry is the last 74 bytes. */
const ENTRY = 74;

function flipped(bytes: Uint8Array, at: number, bit = 1): Buffer {
  const changed = Buffer.from(bytes);
  const index = at < 0 ? bytes.length + at : at;
  changed.writeUInt8(changed.readUInt8(index) ^ bit, index);
  return changed;
}

function section(name: string, contents: Uint8Array): Buffer {
  const text = Buffer.from(name);
  const all = Buffer.concat([Buffer.from(writeUnsigned(text.length)), text, contents]);
  return Buffer.concat([Buffer.from([0, ...writeUnsigned(all.length)]), all]);
}

function admit(bytes: Uint8Array, more: Partial<PluginConfig> = {}, detached?: string): string[] {
  const libraryPath = folder.write('p/plugin.wasm', bytes);
  folder.write('p/plugin.wasm.minisig', detached ?? '');
  const file = detached === undefined ? folder.write('q/plugin.wasm', bytes) : libraryPath;
  const plugin: PluginConfig = {
    ...{ name: undefined, libraryPath: file, initConfig: '', openParams: undefined },
    ...{ grants: NO_GRANTS, isBundled: false, isolation: 'process', isThreadAsked: false },
    ...{ digest: undefined, minVersion: undefined, locked: undefined, asked: 'by name', ...more },
  };
  const policy = {
    keys: [ours.publicKey, old.publicKey],
    revokedIds: new Set([old.publicKey.id]),
  };
  const { value, diagnostics } = admitPlugin(plugin, policy);
  expect(value === undefined).toBe(diagnostics.length > 0);
  return diagnostics.map(({ code, message }) => `${code} ${message.replace(file, 'it')}`);
}

const WRONG = /^SIGNATURE_WRONG it is not what the key [0-9A-F]{16} signed/;

describe('what is signed by a trusted key', () => {
  it.each<[string, Buffer]>([
    ['by it alone', signed],
    ['twice by it', sign(signed)],
    ['by others too', sign(sign(plain, theirs))],
    ['by a revoked key too, while one gave way to the other', sign(sign(plain, old))],
  ])('is let in: %s', (_name, bytes) => {
    expect(admit(bytes)).toEqual([]);
  });

  it('is let in: by a signature beside it', () => {
    expect(admit(plain, {}, signDetached(plain, ours, 'x'))).toEqual([]);
    const bytes = sign(plain, theirs);
    expect(admit(bytes, {}, signDetached(bytes, ours, 'x'))).toEqual([]);
  });

  it('may be called in this process', () => {
    expect(admit(signed, { isThreadAsked: true })).toEqual([]);
  });
});

describe('a change of one bit', () => {
  const places = sections.slice(0, -1).flatMap(({ id, body: start, end }, index) => {
    const middle = Math.floor((start + end) / 2);
    const one = sections[index];
    const name = id === 0 && one !== undefined ? ` ${sectionName(signed, one)}` : '';
    return [[`section ${index} (${id}${name})`, middle] as const];
  });

  it.each(places)('is found in %s', (_name, at) => {
    expect(admit(flipped(signed, at))).toEqual([expect.stringMatching(WRONG)]);
  });

  it.each(Array.from({ length: 8 }, (_, bit) => bit))(
    'is found in the signature, bit %i',
    (bit) => {
      expect(admit(flipped(signed, -7, 1 << bit))).toEqual([expect.stringMatching(WRONG)]);
    },
  );
});

describe('a file that was tampered with is refused', () => {
  const { length } = lastSection;
  const contents = lastSection.subarray(length - ENTRY - 2);
  const ways: [name: string, bytes: Uint8Array, said: RegExp][] = [
    ['its signature was taken away', plain, /^SIGNATURE_MISSING it is not signed \(2 keys/],
    ['it was never signed', another, /^SIGNATURE_MISSING /],
    [
      'another signed it',
      sign(plain, theirs),
      new RegExp(`^SIGNATURE_UNKNOWN_KEY it is signed with the key ${theirs.publicKey.id}, which`),
    ],
    [
      'a revoked key signed it',
      sign(plain, old),
      new RegExp(`^SIGNATURE_REVOKED_KEY it is signed with the key ${old.publicKey.id}, which was`),
    ],
    [
      'a section was put behind its signature',
      Buffer.concat([signed, section('note', Buffer.from('x'))]),
      /^SIGNATURE_MISPLACED it has a section behind its signature/,
    ],
    [
      'two were',
      Buffer.concat([signed, section('a', Buffer.of()), section('b', Buffer.of())]),
      /^SIGNATURE_MISPLACED it has 2 sections behind/,
    ],
    [
      'its signature was moved to the front',
      Buffer.concat([body.subarray(0, 8), lastSection, body.subarray(8)]),
      /^SIGNATURE_MISPLACED it has \d+ sections behind its signature/,
    ],
    [
      'its signature was doubled',
      Buffer.concat([signed, lastSection]),
      /^SIGNATURE_MISPLACED it has 2 sections `tiercel:signature`/,
    ],
    [
      'a second signature of another was put behind it',
      Buffer.concat([signed, sign(plain, theirs).subarray(body.length)]),
      /^SIGNATURE_MISPLACED it has 2 sections/,
    ],
    ['it has the signature of another file', Buffer.concat([another, lastSection]), WRONG],
    [
      'it has the signature of an older version of it',
      Buffer.concat([withCustomSection(plain, 'version', Buffer.from('2')), lastSection]),
      WRONG,
    ],
    ['a section was put before it', withoutLast(withCustomSection(plain, 'x', Buffer.of())), WRONG],
    [
      'a section was taken out',
      Buffer.concat([body.subarray(0, sections.at(-2)?.start), lastSection]),
      WRONG,
    ],
    [
      'another one’s signature stands under our name',
      Buffer.concat([body, section(SIGNATURE_SECTION, renamed(sign(plain, theirs), ours))]),
      WRONG,
    ],
    [
      'our signature stands under the name of another',
      Buffer.concat([body, section(SIGNATURE_SECTION, renamed(signed, theirs))]),
      /^SIGNATURE_UNKNOWN_KEY/,
    ],
    [
      'the algorithm is unknown',
      flipped(signed, -ENTRY, 0x20),
      /^SIGNATURE_MALFORMED .* algorithm "eD"/,
    ],
    [
      'the algorithm is the older one',
      flipped(signed, -ENTRY + 1, 0x20),
      /^SIGNATURE_MALFORMED .* algorithm "Ed"/,
    ],
    [
      'the form is a later one',
      flipped(signed, -ENTRY - 2, 2),
      /^SIGNATURE_MALFORMED .* version 3 of the format/,
    ],
    [
      'it counts no signatures',
      flipped(signed, -ENTRY - 1, 1),
      /^SIGNATURE_MALFORMED .* counts 0 signatures/,
    ],
    [
      'it counts more than there are',
      flipped(signed, -ENTRY - 1, 2),
      /^SIGNATURE_MALFORMED .* has 76 bytes, expected 224 for 3/,
    ],
    [
      'it counts more than there may be',
      flipped(signed, -ENTRY - 1, 0x80),
      /^SIGNATURE_MALFORMED .* counts 129 signatures/,
    ],
    [
      'its signature is cut short',
      Buffer.concat([body, section(SIGNATURE_SECTION, contents.subarray(0, -1))]),
      /^SIGNATURE_MALFORMED .* has 75 bytes, expected 76/,
    ],
    [
      'its signature is longer than it says',
      Buffer.concat([body, section(SIGNATURE_SECTION, Buffer.concat([contents, Buffer.of(0)]))]),
      /^SIGNATURE_MALFORMED .* has 77 bytes, expected 76/,
    ],
    [
      'its signature is empty',
      Buffer.concat([body, section(SIGNATURE_SECTION, Buffer.of())]),
      /^SIGNATURE_MALFORMED .* has version \? of the format/,
    ],
    [
      'its signature is two of the same key',
      Buffer.concat([
        body,
        section(
          SIGNATURE_SECTION,
          Buffer.concat([Buffer.of(1, 2), contents.subarray(2), contents.subarray(2)]),
        ),
      ]),
      /^SIGNATURE_MALFORMED it has two signatures by the same key/,
    ],
    [
      'the size of its signature is written in more bytes',
      Buffer.concat([body, Buffer.of(0, (lastSection[1] ?? 0) | 0x80, 0), lastSection.subarray(2)]),
      /^SIGNATURE_MALFORMED .* written in another way/,
    ],
    [
      'a wrong signature of ours stands beside a right one of another',
      flipped(sign(sign(plain, theirs)), -3),
      WRONG,
    ],
  ];

  it.each(ways)('%s', (_name, bytes, said) => {
    expect(admit(bytes)).toEqual([expect.stringMatching(said)]);
  });

  /** With the section that the signed file ends with. */
  function withoutLast(bytes: Uint8Array): Buffer {
    return Buffer.concat([bytes, lastSection]);
  }

  function renamed(file: Buffer, { publicKey }: SecretKey): Buffer {
    const entry = Buffer.from(file.subarray(-ENTRY - 2));
    entry.set(publicKey.idBytes, 4);
    return entry;
  }
});

describe('a signature beside the file that was tampered with is refused', () => {
  const right = signDetached(plain, ours, 'version:1');
  it.each<[string, string, RegExp]>([
    ['it is that of another file', signDetached(another, ours, 'x'), WRONG],
    ['its comment was changed', right.replace('version:1', 'version:2'), WRONG],
    ['another key made it', signDetached(plain, theirs, 'x'), /^SIGNATURE_UNKNOWN_KEY/],
    ['a revoked key made it', signDetached(plain, old, 'x'), /^SIGNATURE_REVOKED_KEY/],
    ['it is cut short', right.slice(0, 90), /^SIGNATURE_MALFORMED it has a .minisig beside it/],
    ['it is empty', '', /^SIGNATURE_MALFORMED it has a .minisig beside it/],
    ['it is larger than one can be', right + ' '.repeat(20_000), /^SIGNATURE_MALFORMED/],
  ])('%s', (_name, detached, said) => {
    expect(admit(plain, {}, detached)).toEqual([expect.stringMatching(said)]);
  });

  it('the file was tampered with, whatever stands beside it', () => {
    const bytes = Buffer.concat([signed, lastSection]);
    const said = admit(bytes, {}, signDetached(bytes, ours, 'x'));
    expect(said).toEqual([expect.stringMatching(/^SIGNATURE_MISPLACED/)]);
  });
});

describe('what was agreed to beside signatures', () => {
  it('is the file of a digest', () => {
    const digest = '0'.repeat(64);
    expect(admit(signed, { digest })).toEqual([
      expect.stringMatching(/^PLUGIN_DIGEST_MISMATCH it has SHA-256 [0-9a-f]{64}, expected 0{64}$/),
    ]);
  });

  it('is a version that is not older than it may be', () => {
    expect(admit(signed, { minVersion: '0.1.0' })).toEqual([]);
    expect(admit(signed, { minVersion: '99.0.0' })).toEqual([
      expect.stringMatching(
        /^PLUGIN_TOO_OLD it is plugin `cloudtrail` .*, expected 99\.0\.0 or later$/,
      ),
    ]);
  });

  it('is that it is no plugin, rather than that it is not signed', () => {
    expect(admit(Buffer.from('hello'))).toEqual([expect.stringMatching(/^PLUGIN_NOT_A_COMPONENT/)]);
  });
});
