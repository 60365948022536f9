import { guarded } from '../base/guard.ts';

/** Falco's signal for files that were rotated, and the one that other programs have for it. */
const REOPEN_SIGNALS = ['SIGUSR1', 'SIGHUP'] as const;

/** Calls `open` when one of the signals comes, until it is released; `say` gets the reason when that fails. */
export function reopenOnSignals(
  open: () => Promise<void>,
  say: (text: string) => void,
): { release(): void } {
  const pending: { next?: Promise<void> | undefined; last: Promise<void> } = {
    last: Promise.resolve(),
  };
  // Any number of signals while one waits are that one.
  const reopen = (): Promise<void> => {
    pending.next ??= pending.last.then(() => {
      pending.next = undefined;
      const reopened = open();
      pending.last = reopened.catch(() => {});
      return reopened;
    });
    return pending.next;
  };
  const onSignal = guarded('reopen-signal', reopen, ({ message }) =>
    say(`outputs were not opened again: ${message}`),
  );
  for (const signal of REOPEN_SIGNALS) process.on(signal, onSignal);
  return {
    release: () => {
      for (const signal of REOPEN_SIGNALS) process.off(signal, onSignal);
    },
  };
}
