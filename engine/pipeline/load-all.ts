/* Plugins and rules as a configuration names them, read and checked. */

import { loadRuleset, type RulesetLoad } from '../check/load-ruleset.ts';
import type { Config, RulesPath } from '../config/config.ts';
import { type Diagnostic, hasErrors } from '../diagnostic/diagnostic.ts';
import type { TextDocument } from '../diagnostic/text-document.ts';
import { foldConsequences } from './fold-consequences.ts';
import { type LoadedPlugins, loadPlugins } from './load-plugins.ts';
import { bundledRules, readRulesFiles } from './rules-files.ts';

export interface Loaded {
  readonly plugins: LoadedPlugins;
  /** Texts of the rules files. */
  readonly documents: readonly TextDocument[];
  readonly rulesetLoad: RulesetLoad;
  readonly diagnostics: readonly Diagnostic[];
}

/** Plugins and rules read and checked; nothing of a plugin runs. Causes come before what follows from them. */
export async function loadAll(config: Config): Promise<Loaded> {
  const plugins = await loadPlugins(config);
  const { documents, rulesetLoad, ...found } = loadRules(config, plugins);
  const diagnostics = [...plugins.diagnostics, ...found.diagnostics];
  return { plugins, documents, rulesetLoad, diagnostics };
}

export function loadRules(config: Config, plugins: LoadedPlugins): Omit<Loaded, 'plugins'> {
  const files = readRulesFiles(rulesPathsOf(config, plugins));
  const rulesetLoad = loadRuleset({
    documents: files.documents,
    catalogs: plugins.catalogs,
    plugins: plugins.plugins.map(({ file }) => file.manifest),
    options: config.ruleLoad,
  });
  const ofRules = [...rulesetLoad.diagnostics, ...rulesetLoad.requirementErrors];
  const arePluginsMissing = config.arePluginsMissing || hasErrors(plugins.diagnostics);
  const diagnostics = [
    ...files.diagnostics,
    ...(arePluginsMissing ? foldConsequences(ofRules) : ofRules),
  ];
  return { documents: files.documents, rulesetLoad, diagnostics };
}

/** Those that are named, else those that ship for the sources. */
export function rulesPathsOf(
  { rulesFiles }: Config,
  { catalogs }: LoadedPlugins,
): readonly RulesPath[] {
  return rulesFiles ?? bundledRules(catalogs.keys());
}
