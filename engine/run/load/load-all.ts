/* Plugins and rules as a configuration names them, read and checked. */

import { decodeText } from '../../base/text.ts';
import type { Config } from '../../config/config.ts';
import { type Diagnostic, hasErrors } from '../../diagnostic/diagnostic.ts';
import { createTextDocument, type TextDocument } from '../../diagnostic/text-document.ts';
import { loadRuleset, type RulesetLoad } from '../../language/load/load-ruleset.ts';
import { foldConsequences } from './fold-consequences.ts';
import { type LoadedPlugin, type LoadedPlugins, loadPlugins } from './load-plugins.ts';
import { readRulesFiles } from './rules-files.ts';
import { findUnfitFilters } from './unfit-filters.ts';

export interface Loaded {
  readonly plugins: LoadedPlugins;
  /** Texts of the rules files. */
  readonly documents: readonly TextDocument[];
  readonly rulesetLoad: RulesetLoad;
  readonly diagnostics: readonly Diagnostic[];
}

export type LoadedRuleset = Omit<Loaded, 'plugins'>;

/** What rules need of a configuration, and of plugins. */
export type RulesConfig = Pick<
  Config,
  'rulesFiles' | 'addedRules' | 'ruleLoad' | 'arePluginsMissing'
>;

export interface RulesPlugins extends Pick<LoadedPlugins, 'catalogs'> {
  readonly plugins: readonly {
    readonly file: Pick<LoadedPlugin['file'], 'manifest' | 'attachments'>;
  }[];
  /** Something is wrong with one. */
  readonly hasProblems: boolean;
}

/** Plugins and rules read and checked; nothing of a plugin runs. Causes come before what follows from them. */
export async function loadAll(config: Config): Promise<Loaded> {
  const plugins = await loadPlugins(config);
  const hasProblems = hasErrors(plugins.diagnostics);
  const { documents, rulesetLoad, ...found } = loadRules(config, { ...plugins, hasProblems });
  const { results, items } = rulesetLoad;
  const unfit = results.every(({ successful }) => successful)
    ? findUnfitFilters(config.outputs, items.rules, [...plugins.catalogs.keys()])
    : [];
  const diagnostics = [...plugins.diagnostics, ...found.diagnostics, ...unfit];
  return { plugins, documents, rulesetLoad, diagnostics };
}

export function loadRules(config: RulesConfig, plugins: RulesPlugins): LoadedRuleset {
  const files =
    config.rulesFiles === undefined
      ? { documents: rulesOfPlugins(plugins), diagnostics: [] }
      : readRulesFiles(config.rulesFiles);
  const documents = [...files.documents, ...config.addedRules];
  const rulesetLoad = loadRuleset({
    documents,
    catalogs: plugins.catalogs,
    plugins: plugins.plugins.map(({ file }) => file.manifest),
    options: config.ruleLoad,
  });
  const ofRules = [...rulesetLoad.diagnostics, ...rulesetLoad.requirementErrors];
  const arePluginsMissing = config.arePluginsMissing || plugins.hasProblems;
  const diagnostics = [
    ...files.diagnostics,
    ...(arePluginsMissing ? foldConsequences(ofRules) : ofRules),
  ];
  return { documents, rulesetLoad, diagnostics };
}

/** If no rules are named, the rules that the plugins carry. */
function rulesOfPlugins({ plugins }: RulesPlugins): TextDocument[] {
  return plugins.flatMap(({ file: { manifest, attachments } }) => {
    const { rules } = attachments;
    if (rules === undefined) return [];
    return createTextDocument(`${rules.name} (of ${manifest.name})`, decodeText(rules.bytes));
  });
}
