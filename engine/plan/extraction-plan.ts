/* Which values have to be extracted: once for the conditions, once for the outputs of matching events. */

import type {
  CheckedCondition,
  CheckedOperand,
  CheckedRule,
  OutputSegment,
} from '../check/checked-rule.ts';
import { type FieldRequest, requestKey } from '../field/field.ts';

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

export interface ExtractionPlan {
  readonly conditions: SlotPlan;
  readonly outputs: SlotPlan;
}

export function planExtraction(rules: readonly CheckedRule[]): ExtractionPlan {
  const conditions: FieldRequest[] = [];
  const outputs: FieldRequest[] = [];
  for (const { condition, output } of rules) {
    visitCondition(condition, (request) => conditions.push(request));
    visitSegments(output.segments, (request) => outputs.push(request));
    for (const field of output.fields) {
      if (field.kind === 'value') visitOperand(field.operand, (request) => outputs.push(request));
      else visitSegments(field.segments, (request) => outputs.push(request));
    }
  }
  return Object.freeze({ conditions: planSlots(conditions), outputs: planSlots(outputs) });
}

function planSlots(requests: readonly FieldRequest[]): SlotPlan {
  const byPlugin = new Map<string, Map<string, FieldRequest>>();
  for (const request of requests) {
    const { provider } = request.field;
    if (provider.kind !== 'plugin') continue;
    const ofPlugin = byPlugin.get(provider.pluginName) ?? new Map<string, FieldRequest>();
    ofPlugin.set(requestKey(request), request);
    byPlugin.set(provider.pluginName, ofPlugin);
  }
  const slots = new Map<string, number>();
  const bySlot: FieldRequest[] = [];
  const plugins: PluginRequests[] = [];
  for (const [pluginName, ofPlugin] of byPlugin) {
    plugins.push({ pluginName, requests: [...ofPlugin.values()], firstSlot: bySlot.length });
    for (const [key, request] of ofPlugin) {
      slots.set(key, bySlot.length);
      bySlot.push(request);
    }
  }
  return Object.freeze({ plugins, slots, requests: bySlot });
}

type OnRequest = (request: FieldRequest) => void;

function visitCondition(condition: CheckedCondition, onRequest: OnRequest): void {
  switch (condition.kind) {
    case 'and':
    case 'or':
      for (const operand of condition.operands) visitCondition(operand, onRequest);
      break;
    case 'not':
      visitCondition(condition.operand, onRequest);
      break;
    case 'exists':
      visitOperand(condition.operand, onRequest);
      break;
    case 'compare':
      visitOperand(condition.left, onRequest);
      if (condition.right.kind === 'operand') visitOperand(condition.right.operand, onRequest);
  }
}

function visitSegments(segments: readonly OutputSegment[], onRequest: OnRequest): void {
  for (const segment of segments)
    if (segment.kind === 'value') visitOperand(segment.operand, onRequest);
}

/** Every field that an operand reads. */
export function visitOperand(operand: CheckedOperand, onRequest: OnRequest): void {
  if (operand.kind === 'field') onRequest(operand.request);
  else if (operand.kind === 'transformer')
    for (const one of operand.operands) visitOperand(one, onRequest);
  else if (operand.kind === 'tuple') for (const one of operand.items) visitOperand(one, onRequest);
}
