/* The outputs of a configuration, with every default filled in. Paths are absolute, times in milliseconds. */

import type { AlertFilter } from '../detect/alert/alert-channel.ts';
import type { Label } from '../diagnostic/diagnostic.ts';
import type { OutputTarget } from './output-kinds.ts';

export interface OutputConfig {
  /** Among the outputs of the configuration. */
  readonly name: string;
  /** Index into `alertChannels`; `undefined`: all alerts, in the common format. */
  readonly channel: number | undefined;
  readonly filter: AlertFilter;
  readonly places: FilterPlaces;
  readonly target: OutputTarget;
  readonly destination: DestinationConfig;
  /** `undefined`: it works until it fails, as files and standard output do. */
  readonly delivery: DeliveryConfig | undefined;
  /** Where there is no syslog, Falco writes to it in vain: its own configuration asks for syslog. */
  readonly mayBeMissing: boolean;
}

/** Where the filter stands in the configuration; `undefined`: not in its file. */
export interface FilterPlaces {
  readonly output: Label | undefined;
  readonly rules: readonly (Label | undefined)[];
  readonly tags: readonly (Label | undefined)[];
  readonly sources: readonly (Label | undefined)[];
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
