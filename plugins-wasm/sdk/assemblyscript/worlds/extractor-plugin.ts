// The exports of the world `extractor-plugin`.

import { afterAnswer, answerOk, reallocate, takeString } from '../memory';
import { plugin } from '../plugin';

export function cabi_realloc(old: usize, oldSize: usize, alignment: usize, size: usize): usize {
  return reallocate(old, oldSize, alignment, size);
}

export function cabi_post(answer: usize): void {
  afterAnswer(answer);
}

export function plugin_init(config: usize, size: usize): usize {
  plugin.onInit(takeString(config, size));
  return answerOk();
}

export function extractor_configure(plan: u32, requests: usize, count: usize): usize {
  return plugin.needExtractor().configure(plan, requests, count);
}

export function extractor_extract(
  plan: u32, data: usize, size: usize, spans: usize, spanCount: usize, times: usize, timeCount: usize,
): usize {
  return plugin.needExtractor().extract(plan, data, size, spans, spanCount, times, timeCount);
}
