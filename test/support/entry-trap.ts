/* A place where something is thrown on purpose, and the reports about it. */

import { vi } from 'vitest';

const TIMEOUT_MS = 20_000;
export const MESSAGE = 'thrown on purpose';

/** Where something is thrown, and how often it was. */
export const trap = { entry: undefined as string | undefined, thrown: 0 };

/** The reports about it. */
export const said: string[] = [];
export const say = (...words: readonly string[]): void => {
  said.push(words.join(' '));
};
export const isThrown = (): Promise<unknown> =>
  vi.waitUntil(() => trap.thrown > 0, { timeout: TIMEOUT_MS });
export const isSaid = (): Promise<unknown> =>
  vi.waitUntil(() => said.some((one) => one.includes(MESSAGE)), { timeout: TIMEOUT_MS });
