import process from 'node:process';
import { drawLive } from '../../live/draw-live.ts';
import { LiveBook } from '../../live/live-book.ts';
import type { Clock } from '../../model/clock.ts';
import type { TargetFacts } from '../../model/run-manifest.ts';
import type { LiveSample } from '../../session/watch-target.ts';
import type { Terminal } from '../terminal.ts';
import { eventText } from './event-text.ts';
import { Screen } from './screen.ts';

const CTRL_C = '\u0003';

/** One service on the whole screen of a terminal; nothing is recorded. */
export class LiveTop {
  readonly #book = new LiveBook();
  readonly #terminal: Terminal;
  readonly #facts: TargetFacts;
  readonly #clock: Clock;
  readonly #screen: Screen;
  readonly #releaseSay: () => void;
  readonly #startMonoMs: number;
  #isHelpOpen = false;

  constructor(terminal: Terminal, facts: TargetFacts, clock: Clock) {
    this.#terminal = terminal;
    this.#facts = facts;
    this.#clock = clock;
    this.#startMonoMs = clock.monoMs();
    this.#screen = new Screen({
      colour: terminal.colour,
      env: process.env,
      onKey: (key) => this.#onKey(key),
      onResize: () => this.#draw(),
    });
    this.#releaseSay = terminal.divert((text) => this.#book.event(clock.wallMs(), eventText(text)));
    this.#draw();
  }

  show({ monoMs, values }: LiveSample): void {
    this.#book.sample({ monoMs, segment: 0, values }, true);
    this.#draw();
  }

  close(): void {
    this.#screen.close();
    this.#releaseSay();
  }

  #onKey(key: string): void {
    const { pid } = this.#facts;
    if (key === 'q' || key === CTRL_C) process.kill(process.pid, 'SIGINT');
    else if (key === '?') this.#isHelpOpen = !this.#isHelpOpen;
    else if (key === 's') this.#terminal.say(`in another terminal: profiler heap snapshot --pid ${pid}`);
    else if (key === 'c') this.#terminal.say(`in another terminal: profiler cpu --pid ${pid} --seconds 30`);
    this.#draw();
  }

  #draw(): void {
    const wallMs = this.#clock.wallMs();
    const { name: service, pid, nodeVersion } = this.#facts;
    const lines = drawLive(
      {
        command: 'top',
        service,
        pid,
        nodeVersion,
        wallMs,
        utcOffsetMs: -60_000 * new Date(wallMs).getTimezoneOffset(),
        elapsedMs: this.#clock.monoMs() - this.#startMonoMs,
        progress: null,
        load: null,
        ...this.#book.reading,
        question: null,
        isHelpOpen: this.#isHelpOpen,
      },
      this.#screen.size,
    );
    this.#screen.draw(lines);
  }
}
