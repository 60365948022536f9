/*
 * The composition root: a configuration in, running parts out. Everything that can be wrong with
 * plugins, rules and configuration is found here, before an event is read.
 */

import { LIMITS } from '../base/limits.ts';
import { SYSTEM_CLOCK } from '../base/clock.ts';
import { loadRuleset, type RulesetLoad } from '../check/load-ruleset.ts';
import type { Config, PluginConfig } from '../config/config.ts';
import { createDiagnostic, type Diagnostic, hasErrors } from '../diagnostic/diagnostic.ts';
import { createFieldCatalog, type FieldCatalog } from '../field/field-catalog.ts';
import type { Field } from '../field/field.ts';
import { planExtraction } from '../plan/extraction-plan.ts';
import { type ComponentFile, readComponentFile } from '../plugin/component-file.ts';
import { preparePlugin } from '../plugin/prepare-plugin.ts';
import type { PreparedPlugin } from '../plugin/prepared-plugin.ts';
import { Engine, type StreamParts } from './engine.ts';
import type { PluginRole } from './lane-protocol.ts';
import { readRulesFiles } from './rules-files.ts';

export interface EngineBuild {
  readonly engine: Engine | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly rulesetLoad: RulesetLoad | undefined;
}
