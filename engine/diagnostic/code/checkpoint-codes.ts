import type { CodeRecord } from './code-record.ts';

export const CHECKPOINT_CODES = {
  CHECKPOINT_RESUMED: {
    severity: 'notice',
    title: 'a stream resumes at its checkpoint',
    explanation: 'Events before the checkpoint were delivered and are not read again.',
    hint: '`--from-start` reads the stream from its start',
  },
  CHECKPOINT_UNUSABLE: {
    severity: 'error',
    title: 'a checkpoint cannot be used',
    explanation:
      'The position of the stream is not known. From its start it would repeat alerts: the operator decides.',
  },
  DATA_DIR_IN_USE: {
    severity: 'error',
    title: 'another process uses the data directory',
    explanation:
      'Two processes would overwrite each other’s checkpoints. A process that ends, or is killed, releases its lock.',
    hint: 'stop the other process first, or set another `data_dir` for this one',
  },
  DATA_DIR_UNSAFE: {
    severity: 'error',
    title: 'everybody can write to the data directory',
    explanation:
      'Who can write there decides where streams resume, and which alerts are delivered.',
    hint: 'use another folder, or remove the permission: `chmod o-w`',
  },
  DATA_DIR_NOT_LOCKED: {
    severity: 'warning',
    title: 'the data directory cannot be locked',
    explanation:
      'The lock is a file in the directory, which is not writable. A second process is not refused.',
    hint: 'free disk space or give write permission, and start only one process for the directory',
  },
} as const satisfies Record<string, CodeRecord>;
