import type { CodeRecord } from './code-record.ts';

export const CHECKPOINT_CODES = {
  CHECKPOINT_RESUMED: {
    severity: 'notice',
    title: 'a stream goes on where it stood',
    explanation: 'What its outputs had before is not read again.',
    hint: '`--from-start` reads it from its start',
  },
  CHECKPOINT_UNUSABLE: {
    severity: 'error',
    title: 'a checkpoint cannot be used',
    explanation:
      'Where the stream stood is not known. Read from its start it repeats alerts; the operator decides.',
  },
  DATA_DIR_IN_USE: {
    severity: 'error',
    title: 'another process uses the data directory',
    explanation:
      'Two processes would overwrite each other’s checkpoints. A process that ends, or is killed, releases its lock.',
    hint: 'stop the other process first, or give this one a `data_dir` of its own',
  },
  DATA_DIR_UNSAFE: {
    severity: 'error',
    title: 'everybody may write in the data directory',
    explanation:
      'Whoever can write there decides where streams go on, and which alerts are delivered.',
    hint: 'use a folder of its own, or take the right away: `chmod o-w`',
  },
  DATA_DIR_NOT_LOCKED: {
    severity: 'warning',
    title: 'the data directory cannot be locked',
    explanation:
      'A lock is a file in the directory, and nothing can be written there. A second process is not refused then.',
    hint: 'make room or give write permission, and start one process for the directory',
  },
} as const satisfies Record<string, CodeRecord>;
