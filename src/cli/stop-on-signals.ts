import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../model/exit-codes.ts';

/** Something that must not be left as it is when the user gives up: an open inspector, a program that was started. */
export interface Belonging {
  /** Lets go of it; what became of it as text, empty if there is nothing to say. */
  end(): Promise<string>;
  /** What is said where that does not come about in time. */
  left(): string;
}

export interface Signals {
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly stop: AbortSignal;
  /** To be released at the second. */
  add(belonging: Belonging): void;
  /**
   * Ctrl-C means again what it means to any process. Settles at once, but never for one that gave up: it is about to end.
   */
  release(): Promise<void>;
}

export interface SignalOptions {
  /** What is said at the first signal. */
  readonly words?: string;
  /** A closed terminal (SIGHUP): an overnight run continues, an interactive view stops. */
  readonly onHangUp?: 'go-on' | 'stop';
}

/** Node does not let a service exit that a debugger is connected to, and one that is stopped cannot let go. */
const NOT_PAUSED = 'not paused: a service that is attached to could not exit meanwhile (Ctrl-C ends this in order)';
const OF_A_RUN = 'stopping: the report will be written from what was recorded (Ctrl-C again to give up)';
/** So long a service that answers takes to be released; one that is blocked is left to its watchdog. */
const LETTING_GO_MS = 1_500;

/**
 * Ctrl-C once stops the recording in order. Twice gives up: the run folder stays as it is, the service is released if
 * it answers, and within two seconds the process ends with exit code 130. Three times ends it at once.
 * Ctrl-Z does not pause. SIGTTOU does (a background job that writes to a terminal under `stty tostop`): with a handler, the
 * kernel would repeat the write and the signal for ever, and no other signal would arrive. A service that ends meanwhile
 * sets the tool going again (`wakeTool` of the registry); one that goes on has the watchdog.
 */
export function stopOnSignals(
  say: (text: string) => void,
  { words = OF_A_RUN, onHangUp: hangUp = 'go-on' }: SignalOptions = {},
): Signals {
  const controller = new AbortController();
  const belongings: Belonging[] = [];
  let givesUp = false;
  const onStop = (): void => {
    if (givesUp) process.exit(EXIT.stoppedByUser);
    if (controller.signal.aborted) {
      givesUp = true;
      void letGo(belongings, say).finally(() => process.exit(EXIT.stoppedByUser));
      return;
    }
    say(words);
    controller.abort();
  };
  const onHangUp = (): void => {
    if (hangUp === 'stop') controller.abort();
  };
  const onPause = (): void => say(NOT_PAUSED);
  process.on('SIGINT', onStop);
  process.on('SIGTERM', onStop);
  process.on('SIGHUP', onHangUp);
  process.on('SIGTSTP', onPause);
  return {
    stop: controller.signal,
    add: (belonging) => void belongings.push(belonging),
    release: () => {
      if (givesUp) return new Promise(() => {});
      process.off('SIGINT', onStop);
      process.off('SIGTERM', onStop);
      process.off('SIGHUP', onHangUp);
      process.off('SIGTSTP', onPause);
      return Promise.resolve();
    },
  };
}

async function letGo(belongings: readonly Belonging[], say: (text: string) => void): Promise<void> {
  say('giving up');
  const endings = belongings.map(async (one) => {
    const late = sleep(LETTING_GO_MS).then(() => one.left());
    return await Promise.race([one.end().catch(() => one.left()), late]);
  });
  for (const words of await Promise.all(endings)) if (words !== '') say(words);
}
