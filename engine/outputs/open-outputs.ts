/* The outputs of a configuration: what delivers there, and what becomes of alerts that do not arrive. */

import type { Writable } from 'node:stream';
import { VERSION } from '#generated/build-info';
import { SYSTEM_CLOCK } from '../base/clock.ts';
import { printable } from '../base/printable.ts';
import type { Priority } from '../base/priority.ts';
import type { Config } from '../config/config.ts';
import type { DeliveryConfig, OutputConfig } from '../config/output-config.ts';
import type {
  FileTarget,
  HttpTarget,
  NatsTarget,
  ProgramTarget,
  SyslogTarget,
} from '../config/output-kinds.ts';
import { type Alert, selectAlerts } from '../detect/alert/alert.ts';
import { channelAt } from '../detect/alert/alert-channel.ts';
import { type Checked, hasErrors } from '../diagnostic/diagnostic.ts';
import type { Delivery } from './delivery/delivery.ts';
import { OutputQueue } from './delivery/output-queue.ts';
import { type Outlet, OutputSet } from './delivery/output-set.ts';
import { RetryQueue } from './delivery/retry-queue.ts';
import { Spool } from './delivery/spool/spool.ts';
import type { SpoolOptions } from './delivery/spool/spool-options.ts';
import { UndeliveredFile } from './delivery/undelivered-file.ts';
import { placeSpools } from './place-spools.ts';
import { FileOutput } from './transport/file-output.ts';
import { HttpOutput } from './transport/http-output.ts';
import { KeptProgramOutput } from './transport/kept-program-output.ts';
import type { Output } from './transport/output.ts';
import { ProgramOutput } from './transport/program-output.ts';
import { StreamOutput } from './transport/stream-output.ts';
import { syslogHeader } from './transport/syslog-message.ts';
import { createSyslogOutput } from './transport/syslog-output.ts';

const FILE_HINT = 'check that the folder exists and may be written, or disable the output';
const TEXT_TYPE = 'text/plain';
const JSON_TYPE = 'application/json';
const LINES_TYPE = 'application/x-ndjson';

/** Retries of an output that has none of its own, when it sends the alerts of a spool. */
const NO_RETRIES: DeliveryConfig = {
  batchSizeMax: 500,
  triesMax: undefined,
  pauseMinMs: 200,
  pauseMaxMs: 1_000,
  spool: undefined,
  deadLetterFile: undefined,
};

/** What outputs need of the program that they belong to. */
export interface OutputHost {
  /** Where `stdout_output` writes; without it the standard output of the process. */
  readonly stdout?: Writable;
  /** What a line looks like there; without it as it is. */
  readonly paint?: ((line: string, priority: Priority) => string) | undefined;
  /** What people should know while alerts are delivered. */
  readonly onWarning?: (text: string) => void;
  /** An output can be used no more. */
  readonly onEnd?: (output: Pick<Delivery, 'name' | 'end'>) => void;
}

/**
 * All outputs that a configuration names, open. No value where one of them cannot be used; warnings are alerts that
 * wait for an output which is not there any more, and outputs that may be missing and are. Whoever has a `data_dir`
 * locks it before.
 */
export async function openOutputs(
  config: Config,
  host: OutputHost = {},
): Promise<Checked<OutputSet>> {
  const { spools, diagnostics } = await placeSpools(config);
  const outlets = await Promise.all(
    config.outputs.map(async (output): Promise<Outlet> => {
      const delivery = await createDelivery(output, spools.get(output.name), { config, host });
      const { channel, mayBeMissing, places, target } = output;
      const hint = target.type === 'file' ? FILE_HINT : undefined;
      const select = (alerts: readonly Alert[]): readonly Alert[] => selectAlerts(alerts, channel);
      return { id: output.name, delivery, place: places.output, hint, mayBeMissing, select };
    }),
  );
  const outputs = new OutputSet(outlets);
  const found = [...diagnostics, ...(await outputs.open())];
  if (!hasErrors(found)) return { value: outputs, diagnostics: found };
  await outputs.abandon();
  return { value: undefined, diagnostics: found };
}

export interface OutputContext {
  readonly config: Config;
  readonly host: OutputHost;
}

/** `spool`: where its alerts wait, if they do. */
export async function createDelivery(
  config: OutputConfig,
  spool: SpoolOptions | undefined,
  context: OutputContext,
): Promise<Delivery> {
  const { name, delivery } = config;
  const { onWarning, onEnd } = context.host;
  const say = (message: string): void => onWarning?.(`${output.name}: ${printable(message)}`);
  const output = await createOutput(config, context, say);
  if (delivery === undefined && spool === undefined)
    return new OutputQueue(output, (ended) => onEnd?.(ended));
  const { deadLetterFile: letters, ...retry } = delivery ?? NO_RETRIES;
  return new RetryQueue(output, {
    ...retry,
    spool: spool === undefined ? undefined : new Spool({ ...spool, say }),
    deadLetters: letters === undefined ? undefined : new UndeliveredFile(letters, name, say),
    say,
  });
}

async function createOutput(
  { target, channel }: OutputConfig,
  { config, host }: OutputContext,
  say: (message: string) => void,
): Promise<Output> {
  switch (target.type) {
    case 'stdout':
      return createStandardOutput(host);
    case 'file':
      return createFileOutput(target);
    case 'program':
      return createProgramOutput(target, say);
    case 'http':
      return createHttpOutput(target, lineTypeOf(config, channel), say);
    case 'syslog':
      return createSyslog(target);
    case 'nats':
      return await createNats(target);
  }
}

function createStandardOutput({ stdout = process.stdout, paint }: OutputHost): Output {
  const show = paint && (({ line, priority }: Alert) => paint(line, priority));
  return new StreamOutput('standard output', stdout, show);
}

function createFileOutput({ path, keepsOpen, rotation }: FileTarget): Output {
  return new FileOutput(path, {
    mode: keepsOpen ? 'keep-alive' : 'reopen',
    rotation: rotation && { ...rotation, clock: SYSTEM_CLOCK },
  });
}

function createProgramOutput(
  { program, keepsOpen, timeoutMs, closeTimeoutMs }: ProgramTarget,
  say: (message: string) => void,
): Output {
  const options = { program, onError: say };
  return keepsOpen
    ? new KeptProgramOutput({ ...options, closeTimeoutMs })
    : new ProgramOutput({ ...options, timeoutMs });
}

function createHttpOutput(
  { userAgent = `tiercel/${VERSION}`, isEchoed, ...target }: HttpTarget,
  lineType: string,
  say: (message: string) => void,
): Output {
  return new HttpOutput({
    ...target,
    userAgent,
    contentType: target.envelope === 'lines' && lineType === JSON_TYPE ? LINES_TYPE : lineType,
    echo: isEchoed ? say : undefined,
  });
}

/** Media type of the lines that the output gets. */
function lineTypeOf({ alertFormat, alertChannels }: Config, channel: number | undefined): string {
  const ofChannel = channel === undefined ? undefined : channelAt(alertChannels, channel).shape;
  const shape = ofChannel ?? alertFormat.shape;
  if (shape === undefined) return alertFormat.jsonOutput ? JSON_TYPE : TEXT_TYPE;
  if (shape.kind === 'template')
    return /^\s*[[{]/.test(shape.template ?? '') ? JSON_TYPE : TEXT_TYPE;
  return shape.kind === 'text' || shape.kind === 'cef' ? TEXT_TYPE : JSON_TYPE;
}

/** Its library is loaded by those who use it. */
async function createNats(target: NatsTarget): Promise<Output> {
  const { NatsOutput } = await import('./transport/nats-output.ts');
  return new NatsOutput(target);
}

function createSyslog({ facility, appName, ...target }: SyslogTarget): Output {
  return createSyslogOutput({ ...target, header: syslogHeader(facility, appName) });
}
