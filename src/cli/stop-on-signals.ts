import process from 'node:process';
import { EXIT } from '../model/exit-codes.ts';

export interface Signals {
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly stop: AbortSignal;
  /** Ctrl-C means again what it means to any process. */
  release(): void;
}

export interface SignalOptions {
  /** What is said at the first signal. */
  readonly words?: string;
  /** A closed terminal (SIGHUP): what was meant for the night goes on, what somebody looks at stops. */
  readonly onHangUp?: 'go-on' | 'stop';
}

const OF_A_RUN = 'stopping: the report will be written from what there is (again to give up)';

/**
 * Ctrl-C once stops the recording in order; twice gives up at once: the run folder stays as it is, and the watchdog
 * in the service closes its inspector.
 */
export function stopOnSignals(
  say: (text: string) => void,
  { words = OF_A_RUN, onHangUp: hangUp = 'go-on' }: SignalOptions = {},
): Signals {
  const controller = new AbortController();
  const onStop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.stoppedByUser);
    say(words);
    controller.abort();
  };
  const onHangUp = (): void => {
    if (hangUp === 'stop') controller.abort();
  };
  process.on('SIGINT', onStop);
  process.on('SIGTERM', onStop);
  process.on('SIGHUP', onHangUp);
  return {
    stop: controller.signal,
    release: () => {
      process.off('SIGINT', onStop);
      process.off('SIGTERM', onStop);
      process.off('SIGHUP', onHangUp);
    },
  };
}
