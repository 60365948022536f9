// The component's exports; what they do is in source.ts, extract.ts and the SDK.

import { Extractor } from '../../sdk/extractor';
import { afterAnswer, answerOk, reallocate, takeString } from '../../sdk/memory';
import { JsonSource } from '../../sdk/source';
import { takeConfiguration } from './config';
import { fields } from './fields';
import { CloudTrailShape } from './source';

const source = new JsonSource(new CloudTrailShape());
const extractor = new Extractor(fields);

export function cabi_realloc(old: usize, oldSize: usize, alignment: usize, size: usize): usize {
  return reallocate(old, oldSize, alignment, size);
}

export function cabi_post(answer: usize): void {
  afterAnswer(answer);
}

export function plugin_init(config: usize, size: usize): usize {
  takeConfiguration(takeString(config, size));
  return answerOk();
}

export function source_open(params: usize, size: usize): usize {
  return source.open(params, size);
}

export function source_next(bytesMax: u32, eventsMax: u32): usize {
  return source.next(bytesMax, eventsMax);
}

export function source_checkpoint(): usize {
  return source.checkpoint();
}

export function source_resume(position: usize, size: usize): usize {
  return source.resume(position, size);
}

export function source_acknowledge(position: usize, size: usize): void {
  source.acknowledge(position, size);
}

export function source_close(): void {
  source.close();
}

export function extractor_configure(plan: u32, requests: usize, count: usize): usize {
  return extractor.configure(plan, requests, count);
}

export function extractor_extract(
  plan: u32, data: usize, size: usize, spans: usize, spanCount: usize, times: usize, timeCount: usize,
): usize {
  return extractor.extract(plan, data, size, spans, spanCount, times, timeCount);
}
