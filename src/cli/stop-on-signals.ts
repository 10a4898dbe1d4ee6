import process from 'node:process';
import { EXIT } from '../model/exit-codes.ts';

export interface Signals {
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly stop: AbortSignal;
  /** Ctrl-C means again what it means to any process. */
  release(): void;
}

/**
 * Ctrl-C once stops the recording in order; twice gives up at once: the run folder stays as it is, and the watchdog
 * in the service closes its inspector. A closed terminal (SIGHUP) does not end a run that was meant for the night.
 */
export function stopOnSignals(say: (text: string) => void): Signals {
  const controller = new AbortController();
  const onStop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.stoppedByUser);
    say('stopping: the report will be written from what there is (again to give up)');
    controller.abort();
  };
  const onHangUp = (): void => {};
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
