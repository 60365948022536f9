import type { Wall } from '../base/confinement.ts';
import type { Priority } from '../base/priority.ts';
import type { AlertFormat } from '../detect/alert/alert.ts';
import type { AlertChannel } from '../detect/alert/alert-channel.ts';
import type { TextDocument } from '../diagnostic/text-document.ts';
import type { RuleLoadOptions } from '../language/rules/load-options.ts';
import type { LockedPlugin, LockedRules } from '../packages/install/lock.ts';
import type { TrustPolicy } from '../packages/trust/judge-signature.ts';
import type { Grants } from '../plugin/gate/grants.ts';
import type { WebhookAccess } from '../store/location/webhook-access.ts';
import type { Isolation } from '../worker/worker-handle.ts';
import type { OutputConfig } from './output-config.ts';

/** `tiercel.yaml` (Falco's keys) joined with the command line: read once, frozen. Paths are absolute. */
export interface Config {
  /** `undefined`: the rules that ship for the loaded sources. */
  readonly rulesFiles: readonly RulesPath[] | undefined;
  /** Rules that the program itself adds to those of the files. */
  readonly addedRules: readonly TextDocument[];
  readonly plugins: readonly PluginConfig[];
  /** Beside those of plugins with open parameters. */
  readonly streams: readonly StreamConfig[];
  /** Whose plugins are loaded; `undefined`: anybody's. */
  readonly trust: TrustPolicy | undefined;
  /** Some that were asked for were not found. */
  readonly arePluginsMissing: boolean;
  readonly ruleLoad: RuleLoadOptions;
  readonly ruleMatching: 'first' | 'all';
  readonly staticFields: Readonly<Record<string, string>>;
  readonly alertFormat: AlertFormat;
  /** What outputs want that want something else than all alerts as they are; by position. */
  readonly alertChannels: readonly AlertChannel[];
  /** Among them, what the status page shows; `undefined`: there is no page. */
  readonly pageChannel: number | undefined;
  /** Where alerts go, in the order in which they are opened. */
  readonly outputs: readonly OutputConfig[];
  /** How a run logs. */
  readonly log: { readonly isJson: boolean; readonly minimumPriority: Priority };
  /** Falco's snapshots of metrics; `undefined`: none are taken. */
  readonly metrics: MetricsConfig | undefined;
  /** What shows how a run goes; `undefined`: nothing does. */
  readonly webserver: WebserverConfig | undefined;
  /** Files are read as they grow, until the run is stopped. */
  readonly isFollowed: boolean;
  /** Rules are read again when their files change, in a run that waits for what comes. */
  readonly areFilesWatched: boolean;
  /** Threads that evaluate; `undefined`: one fewer than there are cores, and at least one. */
  readonly workers: number | undefined;
  readonly aws: AwsConfig;
  readonly webhook: WebhookAccess;
  /** Where it is kept how far streams were read; `undefined`: nowhere. */
  readonly dataDirectory: string | undefined;
  /** Streams are read from their start, whatever is kept of them. */
  readonly isFromStart: boolean;
  /** Where events go that some rules were not evaluated for; `undefined`: nowhere, they are only counted. */
  readonly deadLetterFile: string | undefined;
  /** What must hold around processes of plugins, or nothing is run. */
  readonly requiredWalls: readonly Wall[];
  /** A file of such events, which are evaluated again, in place of the streams. */
  readonly deadLettersFrom: string | undefined;
  /** Folder of transpiled plugins, kept between runs; `undefined`: not kept, because there is no home directory. */
  readonly cacheDirectory: string | undefined;
}

export interface MetricsConfig {
  readonly intervalMs: number;
  /** Each is an alert. */
  readonly isAlert: boolean;
  /** Each is a line of it; `undefined`: of none. */
  readonly file: string | undefined;
}

export interface WebserverConfig {
  readonly address: string;
  readonly port: number;
  readonly healthPath: string;
  readonly hasMetrics: boolean;
  /** Everybody who reaches the address can see the alerts. */
  readonly hasPage: boolean;
  /** PEM file with certificate and key; `undefined`: HTTP. */
  readonly certificateFile: string | undefined;
}

/** How S3 and SQS are reached; a value that is `undefined` is found as Amazon's tools find it. Paths are absolute. */
export interface AwsConfig {
  readonly profile: string | undefined;
  readonly region: string | undefined;
  readonly configFile: string | undefined;
  readonly credentialsFile: string | undefined;
  readonly endpoint: string | undefined;
  /** `undefined`: where there is an endpoint. */
  readonly isPathStyle: boolean | undefined;
  /** Seconds for which a message of a queue is hidden from others, renewed as long as it is worked on. */
  readonly visibilitySeconds: number;
  /** Between two looks at a bucket that is followed. */
  readonly pollSeconds: number;
  /** Objects appear in it with times that lie so long before. */
  readonly lookBackSeconds: number;
}

/** A file, a folder of them, or a glob. */
export interface RulesPath {
  readonly path: string;
  /** Left out when it does not exist. */
  readonly mayBeMissing: boolean;
  /** What was agreed to when it was installed; `undefined`: it is a file of the user’s. */
  readonly locked?: LockedRules & { readonly name: string };
}

export interface PluginConfig {
  /** `undefined`: the file's manifest says it. */
  readonly name: string | undefined;
  readonly libraryPath: string;
  /** JSON text, or empty. */
  readonly initConfig: string;
  /** `undefined`: loaded for its fields only, its source is not opened. */
  readonly openParams: OpenParams | undefined;
  /** Capabilities granted in `grants:` beyond the location of the open parameters. */
  readonly grants: Grants;
  /** It ships with the product. */
  readonly isBundled: boolean;
  /** Whether it may be called in this process, or needs one of its own. */
  readonly isolation: Isolation;
  /** The configuration asks for it by name to run in this process: only trusted plugins do. */
  readonly isThreadAsked: boolean;
  /** SHA-256 of the file that the user agreed to, hexadecimal; `undefined`: not pinned. */
  readonly digest: string | undefined;
  /** `major.minor.patch`: an older version is refused; `undefined`: not pinned. */
  readonly minVersion: string | undefined;
  /** What was agreed to when it was installed; `undefined`: its file was named, or it ships with the product. */
  readonly locked: LockedPlugin | undefined;
  /** Whether somebody named it. */
  readonly asked: Asked;
}

/**
 * `implicitly`: nobody named it, so it gives way to a plugin with the same name or source; `as companion`: others were
 * named, so it is there only if it has fields of events of any source.
 */
export type Asked = 'by name' | 'implicitly' | 'as companion';

/** What a source opens. The manifest of its plugin says whether the text is a location. */
export interface OpenParams {
  /** As it was written. */
  readonly text: string;
  /** The base of relative paths, absolute. */
  readonly folder: string;
}

/** One stream of events. */
export interface StreamConfig {
  readonly name: string;
  readonly pluginName: string;
  readonly openParams: OpenParams;
  /** `undefined`: as the configuration says for all of them. */
  readonly isFollowed: boolean | undefined;
}
