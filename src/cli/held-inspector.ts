import { isAgent } from '../target/agent-door.ts';
import type { Attachment } from '../target/attachment.ts';
import type { ProcessFacts } from '../target/process-facts.ts';
import type { Belonging } from './stop-on-signals.ts';

type Attach = (process: ProcessFacts | null) => Promise<Attachment>;

/** A user who gives up does not wait longer than this for a blocked target. */
const PATIENCE_MS = 1_000;

/** Knows the attached target, so that a user who gives up leaves no inspector open if possible. */
export class HeldInspector implements Belonging {
  readonly #attach: Attach;
  readonly #name: string;
  #attaching: Promise<Attachment> | null = null;
  #attachment: Attachment | null = null;

  constructor(name: string, attach: Attach) {
    this.#name = name;
    this.#attach = attach;
  }

  /** As the function that it was made with. */
  readonly attach: Attach = async (process) => {
    this.#attaching = this.#attach(process);
    this.#attachment = await this.#attaching;
    return this.#attachment;
  };

  async end(): Promise<string> {
    const attachment = await this.#attaching?.catch(() => null);
    if (!attachment) return '';
    const { inspectorClosed, leftToOther } = await attachment.detach({ patienceMs: PATIENCE_MS });
    if (isAgent(attachment.inspector)) return `${this.#name} is released; its agent stays ready`;
    if (!attachment.openedByUs) return `${this.#name} is released; its inspector was open before and stays open`;
    if (leftToOther) return `${this.#name}: ${leftToOther}`;
    return inspectorClosed ? `the inspector of ${this.#name} is closed` : this.left();
  }

  left(): string {
    if (this.#attachment !== null)
      return `${this.#name} does not answer now: its inspector is left to the watchdog there, which closes it within a minute after the service responds again`;
    return `${this.#name} was about to open its inspector and does not answer: profiler detach closes it when it does`;
  }
}
