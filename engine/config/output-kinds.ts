/*
 * What there is of each kind of output: its keys, what they mean with all defaults, and who gets the alerts. How it is
 * opened is the other table (`outputs/open-outputs.ts`).
 */

import { resolve } from 'node:path';
import type { Facility } from '../base/facility.ts';
import { hideSecrets } from '../base/secrets.ts';
import type { RawOutput, RawTls } from './raw-config.ts';

export type OutputTarget =
  | { readonly type: 'stdout' }
  | FileTarget
  | ProgramTarget
  | HttpTarget
  | SyslogTarget
  | NatsTarget;

export interface FileTarget {
  readonly type: 'file';
  readonly path: string;
  readonly keepsOpen: boolean;
  readonly rotation: RotationConfig | undefined;
}

/** A file is another one's end when it has so many bytes, or is so old. */
export interface RotationConfig {
  readonly sizeMax: number | undefined;
  readonly ageMaxMs: number | undefined;
  readonly keptMax: number;
}

export interface ProgramTarget {
  readonly type: 'program';
  readonly program: string;
  readonly keepsOpen: boolean;
  /** Time limit of a process for one alert, in milliseconds. */
  readonly timeoutMs: number;
  /** Time for a kept process to end after its input is closed, in milliseconds. */
  readonly closeTimeoutMs: number;
}

export interface TlsConfig {
  readonly isInsecure: boolean;
  readonly caFiles: readonly string[];
  readonly caFolder: string | undefined;
  readonly certificateFile: string | undefined;
  readonly keyFile: string | undefined;
}

export interface HttpTarget {
  readonly type: 'http';
  readonly url: string;
  readonly userAgent: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly envelope: 'single' | 'lines' | 'array' | 'otlp';
  readonly isCompressed: boolean;
  readonly keepsOpen: boolean;
  readonly isEchoed: boolean;
  readonly timeoutMs: number;
  readonly tls: TlsConfig;
}

export interface SyslogTarget {
  readonly type: 'syslog';
  readonly transport: 'local' | 'udp' | 'tcp' | 'tls';
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly facility: Facility;
  readonly appName: string;
  readonly timeoutMs: number;
  readonly tls: TlsConfig;
}

export interface NatsTarget {
  readonly type: 'nats';
  readonly servers: readonly string[];
  readonly subject: string;
  readonly isStored: boolean;
  readonly credentialsFile: string | undefined;
  readonly timeoutMs: number;
  readonly tls: TlsConfig;
}

export type OutputType = RawOutput['type'];
/** The target of a kind. */
export type TargetOf<Type extends OutputType> = Extract<OutputTarget, { type: Type }>;
type Key = keyof RawOutput;

/** Who gets the alerts: for people, and by what it is the same one. */
export interface Receiver {
  readonly label: string;
  readonly identity: string;
}

interface OutputKind<Target extends OutputTarget> {
  /** Beside those that all have. The first one is the one that there must be. */
  readonly keys: readonly Key[];
  /** How that one is written; `undefined`: there need be none. */
  readonly example: string | undefined;
  /** With all that it needs. */
  readonly toTarget: (raw: RawOutput, context: TargetContext) => Target;
  /** Passwords are no part of who somebody is. What follows `?` is, and may be secret: people do not see it. */
  readonly receiver: (target: Target) => Receiver;
}

interface TargetContext {
  /** Folder that relative paths start from; absolute. */
  readonly base: string;
  readonly timeoutMs: number;
}

const COMMON: readonly Key[] = [
  ...(['type', 'name', 'enabled', 'format', 'template', 'raw_event'] as const),
  ...(['priority', 'rules', 'tags', 'sources'] as const),
];
const FILE: readonly Key[] = ['retry', 'spool', 'dead_letter_file'];
const REMOTE: readonly Key[] = ['timeout', ...FILE];
const TLS: readonly Key[] = [
  ...(['insecure', 'ca_cert', 'ca_bundle', 'ca_path'] as const),
  ...(['client_cert', 'client_key'] as const),
];
const HTTP: readonly Key[] = [
  ...(['url', 'headers', 'user_agent', 'compress_uploads', 'keep_alive', 'echo'] as const),
  ...(['batch_size', 'batch_format'] as const),
];

const TIMEOUT_MS = 10_000;
const ROTATIONS_KEPT = 5;
const CLOSE_TIMEOUT_MS = 10_000;
const DEFAULT_PORTS = { udp: 514, tcp: 601, tls: 6514 } as const;
const DEFAULT_SUBJECT = 'tiercel.{priority}.{rule}';

const KINDS: { readonly [Type in OutputType]: OutputKind<TargetOf<Type>> } = {
  stdout: {
    keys: [],
    example: undefined,
    toTarget: () => ({ type: 'stdout' }),
    receiver: () => same('standard output'),
  },
  file: {
    keys: ['filename', 'keep_alive', 'rotate', ...FILE],
    example: 'filename: ./alerts.txt',
    toTarget: ({ filename = '', keep_alive: keepsOpen = false, rotate }, { base }) => ({
      type: 'file',
      path: resolve(base, filename),
      keepsOpen,
      rotation: toRotation(rotate),
    }),
    receiver: ({ path }) => same(path),
  },
  program: {
    keys: ['program', 'keep_alive', 'close_timeout', 'batch_size', ...REMOTE],
    example: 'program: mail -s alert security@example.com',
    toTarget: (raw, { timeoutMs }) => ({
      type: 'program',
      program: raw.program ?? '',
      keepsOpen: raw.keep_alive ?? false,
      timeoutMs,
      closeTimeoutMs: raw.close_timeout ?? CLOSE_TIMEOUT_MS,
    }),
    receiver: ({ program }) => same(program),
  },
  http: {
    keys: [...HTTP, ...REMOTE, ...TLS],
    example: 'url: https://siem.example.com/alerts',
    toTarget: toHttp,
    receiver: ({ url }) => {
      const { origin, pathname, search } = new URL(url);
      return { label: hideSecrets(origin + pathname), identity: origin + pathname + search };
    },
  },
  syslog: {
    keys: ['address', 'facility', 'app_name', 'batch_size', ...REMOTE, ...TLS],
    example: 'address: unix:/dev/log',
    toTarget: toSyslog,
    receiver: ({ transport, host, port, path }) =>
      same(transport === 'local' ? path : `${transport}://${host}:${port}`),
  },
  nats: {
    keys: ['servers', 'subject', 'jetstream', 'credentials', 'batch_size', ...REMOTE, ...TLS],
    example: 'servers: [nats://127.0.0.1:4222]',
    toTarget: toNats,
    receiver: ({ servers, subject }) => same(`${servers.map(withoutLogin).join(' ')} ${subject}`),
  },
};

/** All keys that an output of a type may have. */
export function keysOf(type: OutputType): readonly Key[] {
  return [...COMMON, ...KINDS[type].keys];
}

/** The key that there must be, and how it is written; `undefined`: there need be none. */
export function neededKey(type: OutputType): { key: Key; example: string } | undefined {
  const { keys, example } = KINDS[type];
  const [key] = keys;
  return key === undefined || example === undefined ? undefined : { key, example };
}

/** What the type needs is there. `base`: of relative paths. */
export function toTarget(raw: RawOutput, base: string): OutputTarget {
  return KINDS[raw.type].toTarget(raw, { base, timeoutMs: raw.timeout ?? TIMEOUT_MS });
}

export function receiverOf(target: OutputTarget): Receiver {
  // The table's row is of the target's own kind: the type check cannot follow that through the union.
  const kind = KINDS[target.type] as unknown as OutputKind<OutputTarget>;
  return kind.receiver(target);
}

function same(label: string): Receiver {
  return { label, identity: label };
}

function withoutLogin(server: string): string {
  return server.replace(/\/\/[^@/]*@/, '//');
}

function toRotation(rotate: RawOutput['rotate']): RotationConfig | undefined {
  if (rotate === undefined) return undefined;
  const { size, age, keep = ROTATIONS_KEPT } = rotate;
  return { sizeMax: size, ageMaxMs: age === undefined ? undefined : 1_000 * age, keptMax: keep };
}

function toHttp(raw: RawOutput, { base, timeoutMs }: TargetContext): HttpTarget {
  const isSeveral = (raw.batch_size ?? 1) > 1 || raw.batch_format !== undefined;
  const envelope = raw.format === 'otlp' ? 'otlp' : (raw.batch_format ?? 'lines');
  return {
    type: 'http',
    url: raw.url ?? '',
    userAgent: raw.user_agent,
    headers: raw.headers ?? {},
    envelope: isSeveral ? envelope : 'single',
    isCompressed: raw.compress_uploads ?? false,
    keepsOpen: raw.keep_alive ?? true,
    isEchoed: raw.echo ?? false,
    timeoutMs,
    tls: toTls(raw, base),
  };
}

function toSyslog(raw: RawOutput, { base, timeoutMs }: TargetContext): SyslogTarget {
  const address = raw.address ?? '';
  const common = {
    type: 'syslog',
    facility: raw.facility ?? 'user',
    appName: raw.app_name ?? 'tiercel',
    timeoutMs,
    tls: toTls(raw, base),
  } as const;
  if (address.startsWith('unix:')) {
    const path = resolve(base, address.slice('unix:'.length));
    return { ...common, transport: 'local', host: '', port: 0, path };
  }
  // URL knows no default ports of these.
  const { protocol, hostname: host, port } = new URL(address.replace(/^(udp|tcp|tls):/, '$1x:'));
  const transport = protocol.slice(0, 3) as keyof typeof DEFAULT_PORTS;
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return {
    ...common,
    transport,
    host: bare,
    port: Number(port || DEFAULT_PORTS[transport]),
    path: '',
  };
}

function toNats(raw: RawOutput, { base, timeoutMs }: TargetContext): NatsTarget {
  const { servers = [], subject = DEFAULT_SUBJECT, jetstream = false, credentials } = raw;
  return {
    type: 'nats',
    servers,
    subject,
    isStored: jetstream,
    credentialsFile: credentials === undefined ? undefined : resolve(base, credentials),
    timeoutMs,
    tls: toTls(raw, base),
  };
}

function toTls(raw: RawTls, base: string): TlsConfig {
  const path = (written: string | undefined): string | undefined =>
    written === undefined || written === '' ? undefined : resolve(base, written);
  return {
    isInsecure: raw.insecure ?? false,
    caFiles: [raw.ca_cert, raw.ca_bundle].flatMap((one) => path(one) ?? []),
    caFolder: path(raw.ca_path),
    certificateFile: path(raw.client_cert),
    keyFile: path(raw.client_key),
  };
}
