import { watchPort } from '../target/load-port.ts';
import type { ProcessFacts } from '../target/process-facts.ts';
import type { RunLog } from './run-log.ts';

interface PortOptions {
  /** Port of the target that our load is sent to; null if none is sent to this machine. */
  readonly loadPort: number | null;
  readonly log: RunLog;
  readonly onAway: (isAway: boolean) => void;
}

/** A server that closes waits for its connections: our load closes them as soon as the port is closed, so that the process can end. */
export class LoadPortWatch {
  readonly #options: PortOptions;
  #hasClosed: () => boolean;
  #isClosed = false;

  constructor(target: ProcessFacts | null, options: PortOptions) {
    this.#options = options;
    this.#hasClosed = watchPort(target, options.loadPort);
  }

  /** Another process is the target now. */
  follow(target: ProcessFacts): void {
    this.#isClosed = false;
    this.#hasClosed = watchPort(target, this.#options.loadPort);
  }

  look(): void {
    const { log, onAway } = this.#options;
    const isClosed = this.#hasClosed();
    if (isClosed === this.#isClosed) return;
    this.#isClosed = isClosed;
    onAway(isClosed);
    const detail = isClosed
      ? 'the service no longer listens on the port of the load: the load waits for it'
      : 'the service listens on the port of the load again';
    log.event({ type: 'note', detail });
    log.say(detail);
  }
}
