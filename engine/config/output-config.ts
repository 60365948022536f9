/* The outputs of a configuration, with every default filled in. Paths are absolute, times in milliseconds. */

import type { Facility } from '../base/facility.ts';

export interface OutputConfig {
  /** Among the outputs of the configuration. */
  readonly name: string;
  /** Of `alertChannels`; `undefined`: all alerts, as they all look. */
  readonly channel: number | undefined;
  readonly target: OutputTarget;
  readonly destination: DestinationConfig;
  /** `undefined`: it works until it fails, as files and standard output do. */
  readonly delivery: DeliveryConfig | undefined;
  /** Falco writes to syslog in vain where there is none; its own configuration asks for it. */
  readonly mayBeMissing: boolean;
}

export interface DeliveryConfig {
  readonly batchSizeMax: number;
  /** `undefined`: no limit. */
  readonly triesMax: number | undefined;
  readonly pauseMinMs: number;
  readonly pauseMaxMs: number;
  readonly spool: SpoolConfig | undefined;
  readonly deadLetterFile: string | undefined;
}

export interface SpoolConfig {
  readonly folder: string;
  /** Each output has a folder of its own below it. */
  readonly isShared: boolean;
  /** Bytes. */
  readonly sizeMax: number;
}

/** Who gets alerts, in which form. */
export interface DestinationConfig {
  /** As people know it, without secrets: `http https://siem.example.com/alerts`. */
  readonly label: string;
  /** Format of the alerts: `json`, `text`, `ocsf` … */
  readonly form: string;
  /** 16 hexadecimal digits: equal for the same receiver and form. */
  readonly digest: string;
}

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
