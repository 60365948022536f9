/* The outputs of a configuration: what delivers there, and what becomes of alerts that do not arrive. */

import { VERSION } from '#generated/build-info';
import type { Alert } from '../alert/alert.ts';
import { SYSTEM_CLOCK } from '../base/clock.ts';
import { printable } from '../base/printable.ts';
import type { Config } from '../config/config.ts';
import type {
  DeliveryConfig,
  FileTarget,
  HttpTarget,
  NatsTarget,
  OutputConfig,
  ProgramTarget,
  SyslogTarget,
} from '../config/output-config.ts';
import type { Delivery } from '../deliver/delivery.ts';
import { OutputQueue } from '../deliver/output-queue.ts';
import type { Outlet } from '../deliver/output-set.ts';
import { RetryQueue } from '../deliver/retry-queue.ts';
import { Spool, type SpoolOptions } from '../deliver/spool/spool.ts';
import { UndeliveredFile } from '../deliver/undelivered-file.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { FileOutput } from '../output/file-output.ts';
import { HttpOutput } from '../output/http-output.ts';
import { KeptProgramOutput } from '../output/kept-program-output.ts';
import type { Output } from '../output/output.ts';
import { ProgramOutput } from '../output/program-output.ts';
import { StreamOutput } from '../output/stream-output.ts';
import { syslogHeader } from '../output/syslog-message.ts';
import { createSyslogOutput } from '../output/syslog-output.ts';
import { placeSpools } from './place-spools.ts';
import { paintPriority, type Terminal } from './terminal.ts';

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

export interface OutputContext {
  readonly config: Config;
  readonly terminal: Terminal;
  /** What people should know while alerts are delivered. */
  readonly say: (text: string) => void;
  /** An output of this machine failed. */
  readonly onEnd: (delivery: Delivery) => void;
}

export interface CreatedOutlets {
  readonly outlets: readonly Outlet[];
  /** Alerts that no output takes any more. */
  readonly diagnostics: readonly Diagnostic[];
}

export async function createOutlets(context: OutputContext): Promise<CreatedOutlets> {
  const { spools, diagnostics } = await placeSpools(context.config);
  const outlets = await Promise.all(
    context.config.outputs.map(async (output): Promise<Outlet> => {
      const delivery = await createDelivery(output, spools.get(output.name), context);
      const { channel, mayBeMissing } = output;
      const select = channel === undefined ? {} : { select: selectFrom(channel) };
      return { id: output.name, delivery, mayBeMissing, ...select };
    }),
  );
  return { outlets, diagnostics };
}

function selectFrom(channel: number): (alerts: readonly Alert[]) => readonly Alert[] {
  return (alerts) =>
    alerts.flatMap((alert) => {
      const wanted = alert.channels?.[channel] ?? true;
      if (typeof wanted === 'string') return [{ ...alert, line: wanted }];
      return wanted ? [alert] : [];
    });
}

/** `spool`: where its alerts wait, if they do. */
export async function createDelivery(
  config: OutputConfig,
  spool: SpoolOptions | undefined,
  context: OutputContext,
): Promise<Delivery> {
  const { name, delivery } = config;
  const say = (message: string): void => context.say(`${output.name}: ${printable(message)}`);
  const output = await createOutput(config, context, say);
  if (delivery === undefined && spool === undefined) return new OutputQueue(output, context.onEnd);
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
  { config, terminal }: OutputContext,
  say: (message: string) => void,
): Promise<Output> {
  switch (target.type) {
    case 'stdout':
      return createStandardOutput(config, terminal);
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

function createStandardOutput({ alertFormat }: Config, terminal: Terminal): Output {
  const isText =
    alertFormat.shape === undefined ? !alertFormat.jsonOutput : alertFormat.shape.kind === 'text';
  const isPainted = terminal.color && terminal.stdout.isTTY === true && isText;
  return isPainted
    ? new StreamOutput('standard output', terminal.stdout, ({ line, priority }) =>
        paintPriority(line, priority),
      )
    : new StreamOutput('standard output', terminal.stdout);
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
  const options = { program, onError: (text: string) => say(text.trim()) };
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

/** Of the lines that the output gets. */
function lineTypeOf({ alertFormat, alertChannels }: Config, channel: number | undefined): string {
  const shape =
    (channel === undefined ? undefined : alertChannels[channel]?.shape) ?? alertFormat.shape;
  if (shape === undefined) return alertFormat.jsonOutput ? JSON_TYPE : TEXT_TYPE;
  if (shape.kind === 'template')
    return /^\s*[[{]/.test(shape.template ?? '') ? JSON_TYPE : TEXT_TYPE;
  return shape.kind === 'text' || shape.kind === 'cef' ? TEXT_TYPE : JSON_TYPE;
}

/** Its library is loaded by those who use it. */
async function createNats(target: NatsTarget): Promise<Output> {
  const { NatsOutput } = await import('../output/nats-output.ts');
  return new NatsOutput(target);
}

function createSyslog({ facility, appName, ...target }: SyslogTarget): Output {
  return createSyslogOutput({ ...target, header: syslogHeader(facility, appName) });
}
