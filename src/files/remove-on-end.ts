import { constants } from 'node:os';
import process from 'node:process';

/** What a terminal, a supervisor and a closed window send. SIGQUIT is for a core dump, which must not be delayed. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const OURS: unique symbol = Symbol('removes what is unfinished');

/**
 * Calls `remove` if the process ends before the returned function is called: by `process.exit`, an error that nobody caught,
 * or a signal. Where the program handles a signal itself, it decides when to end. Where it does not, the process still dies by
 * that signal, as its parent expects. `remove` is synchronous.
 * Signals are listened to only meanwhile: with a listener, Ctrl-C has to wait for the event loop.
 */
export function removeOnEnd(remove: () => void): () => void {
  const onSignal = Object.assign(
    (signal: NodeJS.Signals): void => {
      if (process.listeners(signal).every((one) => OURS in one)) dieBy(signal);
    },
    { [OURS]: true },
  );
  const onExit = (): void => {
    try {
      remove();
    } catch {
      // Why the program ends is the thing to be told.
    }
  };
  process.on('exit', onExit);
  for (const signal of ENDING) process.on(signal, onSignal);
  return () => {
    process.off('exit', onExit);
    for (const signal of ENDING) process.off(signal, onSignal);
  };
}

/** After all that `exit` means to others. As process 1 of a container it outlives its own signal: the exit code tells it then. */
function dieBy(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.on('exit', () => process.kill(process.pid, signal));
  process.exit(128 + constants.signals[signal]);
}
