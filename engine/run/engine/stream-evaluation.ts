/* How the events of a source are evaluated: its rules, and the plugins whose fields they name. */

import type { Config } from '../../config/config.ts';
import { planExtraction } from '../../detect/plan/extraction-plan.ts';
import type { CheckedRule } from '../../language/check/checked-rule.ts';
import type { Isolation } from '../../worker/worker-handle.ts';
import type { StreamEvaluation } from '../evaluate/evaluation-protocol.ts';
import type { LoadedPlugin } from '../load/load-plugins.ts';
import { type PreparedPlugins, toRole } from '../load/plugin-role.ts';

export interface EvaluationContext {
  readonly config: Config;
  readonly prepared: PreparedPlugins;
  readonly rules: readonly CheckedRule[];
  readonly plugins: readonly LoadedPlugin[];
}

/** `source`: the plugin whose source the events are of. */
export function createEvaluation(
  source: LoadedPlugin,
  context: EvaluationContext,
): StreamEvaluation {
  const { config, prepared } = context;
  const { manifest } = source.file;
  const rules = context.rules.filter((rule) => rule.source === manifest.source?.name);
  return {
    rules,
    extractors: extractorsFor(rules, context.plugins).map((plugin) => toRole(plugin, prepared)),
    ruleMatching: config.ruleMatching,
    context: {
      source: manifest.source?.name ?? '',
      pluginName: manifest.name,
      hostname: config.alertFormat.hostname,
      staticFields: config.staticFields,
    },
    alertFormat: config.alertFormat,
    alertChannels: config.alertChannels,
  };
}

/**
 * Isolation of the workers that evaluate events of `sources`: every plugin that may extract counts, even if no rule
 * names its fields now, since rules may be reloaded.
 */
export function evaluationIsolation(
  plugins: readonly LoadedPlugin[],
  sources: readonly LoadedPlugin[],
): Isolation {
  const mayExtract = ({ file: { manifest } }: LoadedPlugin): boolean =>
    manifest.extractor !== undefined &&
    sources.some(({ file }) => {
      const source = file.manifest.source?.name ?? '';
      return manifest.extractor?.sources?.includes(source) ?? true;
    });
  const isAny = plugins.some((one) => one.config.isolation === 'process' && mayExtract(one));
  return isAny ? 'process' : 'thread';
}

/** Only plugins whose fields some rule names are started. */
function extractorsFor(
  rules: readonly CheckedRule[],
  plugins: readonly LoadedPlugin[],
): LoadedPlugin[] {
  const { conditions, outputs } = planExtraction(rules);
  const wanted = new Set(
    [...conditions.plugins, ...outputs.plugins].map(({ pluginName }) => pluginName),
  );
  return plugins.filter(({ file }) => wanted.has(file.manifest.name));
}
