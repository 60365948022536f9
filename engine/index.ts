/** The public interface: nothing is public that is not named here. */

export type { Alert } from './alert/alert.ts';
export { ENGINE_VERSION, type RulesetLoad } from './check/load-ruleset.ts';
export type { RulesFileResult } from './check/rules-result.ts';
export type { Config } from './config/config.ts';
export { type ConfigRequest, loadConfig } from './config/load-config.ts';
export { type Diagnostic, hasErrors } from './diagnostic/diagnostic.ts';
export { renderText, toJson } from './diagnostic/render.ts';
export { buildEngine, type EngineBuild, type Loaded, loadAll } from './pipeline/build-engine.ts';
export type { Engine, Reload, RunOptions } from './pipeline/engine.ts';
export type { Progress, RunSummary, StreamSummary } from './pipeline/run-summary.ts';
export { type ComponentFile, readComponentFile } from './plugin/component-file.ts';
export type { LogLine, Problem } from './plugin/host/host-services.ts';
export type { RunFault } from './stream/stream-protocol.ts';
