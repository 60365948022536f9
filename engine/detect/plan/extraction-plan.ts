/*
 * Which values have to be extracted: for the conditions, in two steps where a screen helps (see screen.ts), and for the
 * outputs of matching events.
 */

import { type FieldRequest, requestKey } from '../../event/field/field.ts';
import type { CheckedRule } from '../../language/check/checked-rule.ts';
import { chooseScreen } from './screen.ts';
import { visitCondition, visitOperand, visitSegments } from './visit-requests.ts';

/** What one plugin is asked for; its slots follow each other from `firstSlot`. */
export interface PluginRequests {
  readonly pluginName: string;
  readonly requests: readonly FieldRequest[];
  readonly firstSlot: number;
}

export interface SlotPlan {
  readonly plugins: readonly PluginRequests[];
  /** Slot of a request by `requestKey`; fields of the engine have none. */
  readonly slots: ReadonlyMap<string, number>;
  /** By slot. */
  readonly requests: readonly FieldRequest[];
}

/** Requests to extractors, and for which events. */
export type PlanName =
  /** For conditions, of every event: the screen's fields, or all where there is no screen. */
  | 'conditions'
  /** For conditions, of events that the screen leaves. */
  | 'rest'
  /** For outputs, of matching events. */
  | 'outputs';

export interface ExtractionPlan {
  /** Both steps together. */
  readonly conditions: SlotPlan;
  readonly outputs: SlotPlan;
  /** Keys of the fields that are extracted first; `undefined`: all of them are. */
  readonly screen: ReadonlySet<string> | undefined;
  readonly steps: Readonly<Record<PlanName, readonly PluginRequests[]>>;
}

export function planExtraction(rules: readonly CheckedRule[]): ExtractionPlan {
  const conditions: FieldRequest[] = [];
  const outputs: FieldRequest[] = [];
  for (const { condition, output } of rules) {
    visitCondition(condition, (request) => conditions.push(request));
    visitSegments(output.segments, (request) => outputs.push(request));
    for (const field of output.fields) {
      if (field.kind === 'value') visitOperand(field.operand, (request) => outputs.push(request));
      else if (field.kind === 'format')
        visitSegments(field.segments, (request) => outputs.push(request));
    }
  }
  const ofOutputs = planSlots([outputs]);
  const screen = chooseScreen(rules, planSlots([conditions]).requests);
  const isFirst = (request: FieldRequest): boolean => screen?.has(requestKey(request)) ?? true;
  // Slots are numbered by step, so that those of a plugin follow each other in both.
  const first = conditions.filter(isFirst);
  const rest = conditions.filter((request) => !isFirst(request));
  const both = planSlots([first, rest]);
  return Object.freeze({
    conditions: both,
    outputs: ofOutputs,
    screen,
    steps: {
      conditions: both.plugins.slice(0, pluginCount(first)),
      rest: both.plugins.slice(pluginCount(first)),
      outputs: ofOutputs.plugins,
    },
  });
}

/** What a plugin is asked for in each step. */
export function requestsOf(
  { steps }: ExtractionPlan,
  name: string,
): Record<PlanName, PluginRequests> {
  const find = (step: PlanName): PluginRequests =>
    steps[step].find(({ pluginName }) => pluginName === name) ?? {
      pluginName: name,
      requests: [],
      firstSlot: 0,
    };
  return { conditions: find('conditions'), rest: find('rest'), outputs: find('outputs') };
}

/** One group of slots a plugin for each list of requests. */
function planSlots(lists: readonly (readonly FieldRequest[])[]): SlotPlan {
  const plugins: PluginRequests[] = [];
  const slots = new Map<string, number>();
  const bySlot: FieldRequest[] = [];
  for (const requests of lists) {
    for (const [pluginName, ofPlugin] of groupByPlugin(requests)) {
      plugins.push({ pluginName, requests: [...ofPlugin.values()], firstSlot: bySlot.length });
      for (const [key, request] of ofPlugin) {
        slots.set(key, bySlot.length);
        bySlot.push(request);
      }
    }
  }
  return Object.freeze({ plugins, slots, requests: bySlot });
}

function pluginCount(requests: readonly FieldRequest[]): number {
  return groupByPlugin(requests).size;
}

function groupByPlugin(requests: readonly FieldRequest[]): Map<string, Map<string, FieldRequest>> {
  const byPlugin = new Map<string, Map<string, FieldRequest>>();
  for (const request of requests) {
    const { provider } = request.field;
    if (provider.kind !== 'plugin') continue;
    const ofPlugin = byPlugin.get(provider.pluginName) ?? new Map<string, FieldRequest>();
    ofPlugin.set(requestKey(request), request);
    byPlugin.set(provider.pluginName, ofPlugin);
  }
  return byPlugin;
}
