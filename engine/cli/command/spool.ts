/* `tiercel spool list`, `send` and `drop`: alerts that wait on disk, also those that no output takes any more. */

import { rmSync } from 'node:fs';
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { LockedByOther, lockFolder } from '../../base/owner-lock.ts';
import { printable } from '../../base/printable.ts';
import { countOf, formatBytes, formatCount } from '../../base/quantity.ts';
import type { Config } from '../../config/config.ts';
import { createDiagnostic, type Diagnostic, hasErrors } from '../../diagnostic/diagnostic.ts';
import type { SpoolContents } from '../../outputs/delivery/spool/spool-folders.ts';
import { createDelivery } from '../../outputs/open-outputs.ts';
import { listSpools, whomFor } from '../../outputs/place-spools.ts';
import { lockDataDirectory } from '../../run/load/lock-data-directory.ts';
import { EXIT } from '../console/exit-code.ts';
import { loadConfigFor } from '../console/load.ts';
import { outputHost } from '../console/output-host.ts';
import { renderTable } from '../console/table.ts';
import { say, type Terminal } from '../console/terminal.ts';
import { refuse } from './refuse.ts';

export interface SpoolArguments {
  readonly config: string | undefined;
  /** `KEY=VALUE`, in order. */
  readonly options: readonly string[];
  readonly isJson: boolean;
}

type ListedSpool = SpoolContents & { readonly output: string | undefined };

/** Milliseconds in which nothing is delivered, before `send` gives up. */
const IDLE_TIME_MAX_MS = 10_000;
/** Milliseconds for what is on its way, after Ctrl-C. */
const STOP_TIME_MAX_MS = 4_000;

export async function listSpoolsCommand(args: SpoolArguments, terminal: Terminal): Promise<number> {
  const { config, diagnostics } = load(args);
  if (config === undefined) return refuse(diagnostics, args, terminal);
  const spools = await listSpools(config);
  if (args.isJson) {
    terminal.stdout.write(`${JSON.stringify({ spools: spools.map(toJson) }, null, 2)}\n`);
    return EXIT.ok;
  }
  const columns = ['spool', 'alerts', 'size', 'destination', 'output'];
  const rows = spools.map((spool) => [
    spool.name,
    formatCount(spool.count),
    formatBytes(spool.size),
    printable(whomFor(spool)),
    spool.output ?? '(none)',
  ]);
  if (rows.length === 0) say(terminal, 'no spools');
  else terminal.stdout.write(`${renderTable({ columns, rows }, 'text')}\n`);
  return EXIT.ok;
}

function toJson({ name, folder, count, size, destination, output }: ListedSpool): object {
  return { name, folder, alerts: count, sizeBytes: size, destination, output };
}

export async function sendSpoolCommand(
  args: SpoolArguments & { name: string; output: string; isForced: boolean },
  terminal: Terminal,
): Promise<number> {
  return await withSpool(args, terminal, async (config, spool, isLocked) => {
    const output = config.outputs.find(({ name }) => name === args.output);
    if (output === undefined) {
      const names = config.outputs.map(({ name }) => name).join(', ');
      return wrong(`unknown output \`${args.output}\``, `outputs are ${names}`);
    }
    const { form } = output.destination;
    const isSame = spool.destination?.form === form;
    if (!isSame && !args.isForced) {
      const found = spool.destination?.form ?? 'an unknown format';
      const message = `the alerts are ${found}, and output \`${output.name}\` has ${form}`;
      return wrong(message, 'send them as they are with --force');
    }
    const delivery = await createDelivery(
      output,
      { folder: spool.folder, sizeMax: Number.MAX_SAFE_INTEGER, isLocked },
      { config, host: outputHost(config, terminal, (text) => say(terminal, text)) },
    );
    await delivery.open();
    const stop = stopTime();
    await delivery.close({ timeMaxMs: IDLE_TIME_MAX_MS, untilMs: () => stop.endMs });
    stop.release();
    const { delivered, spooled, deadLetters, undelivered } = delivery.counts;
    if (args.isJson) {
      const sent = { spool: spool.name, output: output.name, sent: delivered, left: spooled };
      terminal.stdout.write(`${JSON.stringify({ ...sent, deadLetters, lost: undelivered })}\n`);
    } else {
      say(
        terminal,
        `${countOf(delivered, 'alert')} sent to ${output.name}, ${formatCount(spooled)} left`,
      );
    }
    return spooled + undelivered + deadLetters === 0 ? EXIT.ok : EXIT.incomplete;
  });
}

export async function dropSpoolCommand(
  args: SpoolArguments & { name: string },
  terminal: Terminal,
): Promise<number> {
  return await withSpool(args, terminal, async (_, spool) => {
    rmSync(spool.folder, { recursive: true, force: true });
    if (args.isJson)
      terminal.stdout.write(`${JSON.stringify({ spool: spool.name, dropped: spool.count })}\n`);
    else say(terminal, printable(`${countOf(spool.count, 'alert')} for ${whomFor(spool)} dropped`));
    return EXIT.ok;
  });
}

/** Runs while nobody else uses the spool. */
async function withSpool(
  args: SpoolArguments & { name: string },
  terminal: Terminal,
  act: (
    config: Config,
    spool: ListedSpool,
    isLocked: boolean,
  ) => Promise<number | readonly Diagnostic[]>,
): Promise<number> {
  const { config, diagnostics } = load(args);
  if (config === undefined) return refuse(diagnostics, args, terminal);
  const lock = await lockDataDirectory(config);
  try {
    if (hasErrors(lock.diagnostics)) return refuse(lock.diagnostics, args, terminal);
    const spools = await listSpools(config);
    const spool = spools.find(({ name }) => name === args.name);
    if (spool === undefined) {
      const names = spools.map(({ name }) => name).join(', ');
      const hint = spools.length === 0 ? 'there are no spools' : `spools are ${names}`;
      return refuse(wrong(`unknown spool \`${args.name}\``, hint), args, terminal);
    }
    const { dataDirectory } = config;
    const isInside = dataDirectory !== undefined && spool.folder.startsWith(dataDirectory);
    const own = isInside ? undefined : await lockFolder(spool.folder);
    await own?.release();
    const done = await act(config, spool, isInside);
    return typeof done === 'number' ? done : refuse(done, args, terminal);
  } catch (error) {
    const { message } = error as Error;
    const hint = error instanceof LockedByOther ? 'stop that process first' : undefined;
    return refuse(wrong(`spool \`${args.name}\`: ${message}`, hint), args, terminal);
  } finally {
    await lock.release();
  }
}

function load(args: SpoolArguments): { config?: Config; diagnostics: readonly Diagnostic[] } {
  const { value, diagnostics } = loadConfigFor({ ...args, rules: [], isStrict: false });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  return value === undefined || errors.length > 0
    ? { diagnostics: errors }
    : { config: value, diagnostics };
}

function wrong(message: string, hint?: string): readonly Diagnostic[] {
  return [createDiagnostic('SPOOL_UNUSABLE', { message, hint })];
}

/** When all has to be over, once somebody wants it to. */
function stopTime(): { readonly endMs: number | undefined; release(): void } {
  let endMs: number | undefined;
  const onSignal = (): void => {
    endMs ??= SYSTEM_CLOCK.monotonicMs() + STOP_TIME_MAX_MS;
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, onSignal);
  return {
    get endMs() {
      return endMs;
    },
    release: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
