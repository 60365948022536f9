/*
 * A second wall around processes that work on what nobody vouches for, beside Node's permission model, which binds
 * JavaScript and not machine code: what util-linux has to offer on Linux. Which of it works is tried once, with a
 * command that does nothing; what does not work (an old system, a container that forbids it) is left out, and said.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What a process cannot do, in the words of `isolation: {require: […]}`. */
export const WALLS = ['network', 'processes', 'privileges', 'resources', 'parent'] as const;

export type Wall = (typeof WALLS)[number];

export const WALL_TEXTS: Readonly<Record<Wall, string>> = {
  network: 'no network',
  processes: 'no other processes within reach',
  privileges: 'no privileges to gain',
  resources: 'no large files, no core dumps',
  parent: 'ends with the engine',
};

export interface Confinement {
  readonly walls: readonly Wall[];
  /** Command and arguments before those of the program; `fileSizeMax`: bytes of any file that it writes. */
  readonly prefix: (fileSizeMax: number) => readonly string[];
}

/** Files, sockets and pipes that may be open: Node has about 30. */
const OPEN_FILES_MAX = 256;
/** For the trial. */
const TRIAL_TIME_MAX_MS = 2_000;

const NONE: Confinement = { walls: [], prefix: () => [] };
/** The kernel ends it when whoever started it ends. */
const WITH_PARENT = ['setpriv', '--pdeathsig', 'KILL', '--'];
const POWERLESS = [
  'setpriv',
  '--no-new-privs',
  '--bounding-set=-all',
  '--inh-caps=-all',
  '--pdeathsig',
  'KILL',
  '--',
];
const ALONE = ['unshare', '--net', '--ipc', '--pid', '--fork', '--kill-child=KILL', '--'];
/** Who is not root is, within a namespace of its own, which is what the others ask for. */
const AS_OWN_ROOT = ['unshare', '--map-root-user', '--'];

function limited(fileSizeMax: number): string[] {
  return ['prlimit', '--core=0', `--fsize=${fileSizeMax}`, `--nofile=${OPEN_FILES_MAX}`, '--'];
}

/** The strongest first. */
const CANDIDATES: readonly Confinement[] = [
  {
    walls: WALLS,
    prefix: (size) => [...WITH_PARENT, ...ALONE, ...POWERLESS, ...limited(size)],
  },
  {
    walls: WALLS,
    prefix: (size) => [...AS_OWN_ROOT, ...WITH_PARENT, ...ALONE, ...POWERLESS, ...limited(size)],
  },
  {
    walls: ['privileges', 'resources', 'parent'],
    prefix: (size) => ['setpriv', '--no-new-privs', '--pdeathsig', 'KILL', '--', ...limited(size)],
  },
  { walls: ['resources'], prefix: limited },
];

let found: Confinement | undefined;

/** What this system offers; tried at the first call, which takes some milliseconds. */
export function findConfinement(): Confinement {
  found ??= process.platform === 'linux' ? (CANDIDATES.find(works) ?? NONE) : NONE;
  return found;
}

function works(candidate: Confinement): boolean {
  // The memory of a process that is not our own child is found through it.
  if (candidate.walls.includes('processes') && !existsSync(childrenFile(process.pid))) return false;
  const [command = '', ...args] = candidate.prefix(1 << 20);
  // It must still be able to read our code and to run Node.
  const trial = ['test', '-x', process.execPath, '-a', '-r', fileURLToPath(import.meta.url)];
  const options = { env: {}, stdio: 'ignore', timeout: TRIAL_TIME_MAX_MS } as const;
  return spawnSync(command, [...args, ...trial], { ...options, cwd: '/' }).status === 0;
}

function childrenFile(pid: number): string {
  return `/proc/${pid}/task/${pid}/children`;
}

/** The process itself, behind what was put before its command; `undefined`: it is not there yet. */
export function innerProcess(pid: number): number | undefined {
  if (!findConfinement().walls.includes('processes')) return pid;
  try {
    const [child] = readFileSync(childrenFile(pid), 'latin1').split(' ');
    return child === undefined || child === '' ? undefined : Number(child);
  } catch {
    return undefined;
  }
}
