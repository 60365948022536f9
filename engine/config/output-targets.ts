/* What each kind of output is told, with all defaults. */

import { resolve } from 'node:path';
import type {
  HttpTarget,
  NatsTarget,
  OutputTarget,
  RotationConfig,
  SyslogTarget,
  TlsConfig,
} from './output-config.ts';
import type { RawOutput, RawTls } from './raw-config.ts';

const TIMEOUT_MS = 10_000;
const ROTATIONS_KEPT = 5;
const CLOSE_TIMEOUT_MS = 10_000;
const DEFAULT_PORTS = { udp: 514, tcp: 601, tls: 6514 } as const;
const DEFAULT_SUBJECT = 'tiercel.{priority}.{rule}';

/** What the type needs is there. */
export function toTarget(raw: RawOutput, base: string): OutputTarget {
  const timeoutMs = raw.timeout ?? TIMEOUT_MS;
  switch (raw.type) {
    case 'stdout':
      return { type: 'stdout' };
    case 'file': {
      const keepsOpen = raw.keep_alive ?? false;
      const path = resolve(base, raw.filename ?? '');
      return { type: 'file', path, keepsOpen, rotation: toRotation(raw.rotate) };
    }
    case 'program': {
      const { program = '', keep_alive: keepsOpen = false } = raw;
      const closeTimeoutMs = raw.close_timeout ?? CLOSE_TIMEOUT_MS;
      return { type: 'program', program, keepsOpen, timeoutMs, closeTimeoutMs };
    }
    case 'http':
      return toHttp(raw, base, timeoutMs);
    case 'syslog':
      return toSyslog(raw, base, timeoutMs);
    case 'nats':
      return toNats(raw, base, timeoutMs);
  }
}

function toRotation(rotate: RawOutput['rotate']): RotationConfig | undefined {
  if (rotate === undefined) return undefined;
  const { size, age, keep = ROTATIONS_KEPT } = rotate;
  return { sizeMax: size, ageMaxMs: age === undefined ? undefined : 1_000 * age, keptMax: keep };
}

function toHttp(raw: RawOutput, base: string, timeoutMs: number): HttpTarget {
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

function toSyslog(raw: RawOutput, base: string, timeoutMs: number): SyslogTarget {
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

function toNats(raw: RawOutput, base: string, timeoutMs: number): NatsTarget {
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
