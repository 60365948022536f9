/*
 * The configuration's keys as the file has them; everything may be absent. The schema has checked the types, and the
 * types are made from the schema when the engine is built.
 */

import type { ConfigFile } from '#generated/config-file';
import type { Wall } from '../base/confinement.ts';

/** What the types cannot have from the schema: what one of its conditions chooses. */
interface Conditional {
  isolation?: 'thread' | 'process' | { default?: 'thread' | 'process'; require?: Wall[] };
}

export type RawConfig = Omit<ConfigFile, keyof Conditional> & Conditional;

type Part<Key extends keyof RawConfig> = NonNullable<RawConfig[Key]>;
type Item<List> = Extract<List, readonly unknown[]>[number];

/** One of `outputs`: which keys there are depends on the type. */
export type RawOutput = Item<Part<'outputs'>>;
export type RawTls = Pick<
  RawOutput,
  'insecure' | 'ca_cert' | 'ca_bundle' | 'ca_path' | 'client_cert' | 'client_key'
>;
export type RawAws = Part<'aws'>;
export type RawWebhook = Part<'webhook'>;
export type RawSenderSecret = Item<NonNullable<RawWebhook['authentication']>>;
export type RawPlugin = Item<Part<'plugins'>>;
export type RawStream = Item<Part<'streams'>>;
export type RawAppendOutput = Item<Part<'append_output'>>;
