/* A real registry on loopback, which keeps what it is given in memory: Debian’s docker-registry, where it is. */

import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { scratchFolder } from './scratch-folder.ts';

const PROGRAM = 'docker-registry';
const START_MS_MAX = 20_000;

/** Why there is none here; `undefined`: there is one. */
export function missingRegistry(): string | undefined {
  const { error } = spawnSync(PROGRAM, ['--version']);
  return error === undefined ? undefined : `${PROGRAM} is not on this machine`;
}

export interface RealRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  stop(): Promise<void>;
}

export async function startRegistry(): Promise<RealRegistry> {
  const host = `127.0.0.1:${await freePort()}`;
  const config = scratchFolder('registry').write(
    'config.yml',
    `version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage: {inmemory: {}}\nhttp: {addr: '${host}'}\n`,
  );
  const child = spawn(PROGRAM, ['serve', config], { stdio: 'ignore' });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill();
    await gone;
  };
  for (let waited = 0; waited < START_MS_MAX; waited += 50) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
    if (answer?.status === 200) return { host, stop };
    await sleep(50);
  }
  await stop();
  throw new Error(`${PROGRAM} does not answer`);
}
