import process from 'node:process';
import { drawLive } from '../../live/draw-live.ts';
import { LiveBook, phasesOf } from '../../live/live-book.ts';
import type { LiveState } from '../../live/live-state.ts';
import type { Clock } from '../../model/clock.ts';
import type { RunEvent } from '../../model/run-event.ts';
import type { TargetFacts } from '../../model/run-manifest.ts';
import { formatBytes, formatDuration, type MonoMs } from '../../model/units.ts';
import type { AskedEstimate, SoakControls, SoakListener, SoakStatus } from '../../soak/soak-status.ts';
import { nodeVersionOf } from '../../target/node-binary.ts';
import type { Terminal } from '../terminal.ts';
import { eventText } from './event-text.ts';
import type { ReportSoFar } from './report-so-far.ts';
import { Screen } from './screen.ts';

export interface LiveSoakOptions {
  readonly terminal: Terminal;
  readonly facts: TargetFacts;
  readonly clock: Clock;
  /** Writes a report of the run as it stands; what became of it, as text. */
  readonly reportNow: () => Promise<ReportSoFar>;
  /** Classes that grew between two snapshots of the run, by file. */
  readonly compare: (before: string, after: string) => Promise<Parameters<LiveBook['suspects']>[0]>;
  readonly env?: NodeJS.ProcessEnv;
}

const ESTIMATED_EVERY_MS = 60_000;
const CTRL_C = '\u0003';
const CTRL_Z = '\u001a';

/** A soak on the whole screen of a terminal, with keys. Closed when the recording ends, or with the process. */
export class LiveSoak implements SoakListener {
  readonly #options: LiveSoakOptions;
  readonly #book = new LiveBook();
  readonly #screen: Screen;
  readonly #releaseSay: () => void;
  readonly #nodeVersion: string | null;
  #status: SoakStatus | null = null;
  #controls: SoakControls | null = null;
  #estimate: AskedEstimate | null = null;
  #estimatedAtMs: MonoMs = Number.NEGATIVE_INFINITY;
  #snapshots: { readonly file: string; readonly requests: number | null }[] = [];
  #segment = 0;
  /** Keys whose action is not done yet. */
  readonly #underWay = new Set<string>();
  #isLoadPaused = false;
  #isHelpOpen = false;
  /** A question and what `y` does. */
  #question: { readonly text: string; readonly onYes: () => Promise<void> } | null = null;

  constructor(options: LiveSoakOptions) {
    this.#options = options;
    const { terminal, facts, env = process.env } = options;
    this.#nodeVersion = facts.nodeVersion ?? (facts.pid === 0 ? null : nodeVersionOf(facts.pid));
    this.#screen = new Screen({
      colour: terminal.colour,
      env,
      onKey: (key) => this.#onKey(key),
      onResize: () => this.#draw(),
    });
    // Messages meanwhile are events here, and are printed to the terminal afterwards.
    this.#releaseSay = terminal.divert((text) => this.#note(text));
  }

  status(status: SoakStatus): void {
    this.#status = status;
    const { sample, phase } = status;
    if (sample) {
      if (sample.segment !== this.#segment) this.#snapshots = [];
      this.#segment = sample.segment;
      this.#book.sample(sample, phase !== 'warm-up');
    }
    if (this.#options.clock.monoMs() - this.#estimatedAtMs >= ESTIMATED_EVERY_MS) void this.#askEstimate();
    this.#draw();
  }

  requests(intervals: Parameters<NonNullable<SoakListener['requests']>>[0]): void {
    this.#book.requests(intervals);
  }

  event(event: RunEvent): void {
    if (event.type === 'class-counts') this.#book.classCounts(event.classes, event.requests);
    if (event.type === 'capture' && event.capture === 'heap-snapshot' && event.file !== null)
      void this.#look(event.file);
  }

  ready(controls: SoakControls): void {
    this.#controls = controls;
  }

  happened(text: string): void {
    this.#options.terminal.say(text);
  }

  ended(): void {
    this.close();
  }

  close(): void {
    this.#screen.close();
    this.#releaseSay();
  }

  #note(text: string): void {
    this.#book.event(this.#options.clock.wallMs(), eventText(text));
    this.#draw();
  }

  /** Against the first of this life. */
  async #look(file: string): Promise<void> {
    const requests = this.#served();
    const [first] = this.#snapshots;
    this.#snapshots.push({ file, requests });
    // What it taught makes the next estimate better.
    void this.#askEstimate();
    if (!first) return;
    const grown = await this.#options.compare(first.file, file).catch(() => null);
    if (grown === null) return;
    const between = requests === null || first.requests === null ? null : requests - first.requests;
    this.#book.suspects(grown, between);
    this.#draw();
  }

  #served(): number | null {
    const { sample, load } = this.#status ?? {};
    return sample?.values['requests.served'] ?? load?.completed ?? null;
  }

  async #askEstimate(): Promise<void> {
    if (this.#controls === null || this.#status?.nextSnapshotInMs === null) return;
    this.#estimatedAtMs = this.#options.clock.monoMs();
    this.#estimate = await this.#controls.estimateSnapshot();
  }

  #onKey(key: string): void {
    if (key === CTRL_Z) process.kill(process.pid, 'SIGTSTP');
    else if (key === CTRL_C || key === 'q') process.kill(process.pid, 'SIGINT');
    else if (this.#question !== null) this.#answer(key);
    else if (key === '?' || (key === '\u001b' && this.#isHelpOpen)) this.#isHelpOpen = !this.#isHelpOpen;
    else if (key === 's') void this.#once(key, () => this.#askSnapshot());
    else if (key === 'c') void this.#once(key, () => this.#keepCpu());
    else if (key === 'r') void this.#once(key, () => this.#report());
    else if (key === 'p') void this.#once(key, () => this.#pause());
    this.#draw();
  }

  #answer(key: string): void {
    const question = this.#question;
    this.#question = null;
    if (question && (key === 'y' || key === 'Y')) void this.#once('y', question.onYes);
    else this.#note('not taken');
  }

  /**
   * A key that is held down comes thirty times per second: what it starts is not started again meanwhile. No key ends a run.
   */
  async #once(key: string, action: () => Promise<void>): Promise<void> {
    if (this.#underWay.has(key)) return;
    this.#underWay.add(key);
    try {
      await action();
    } catch (error) {
      this.#note(`[${key}] failed: ${(error as Error).message}`);
    } finally {
      this.#underWay.delete(key);
    }
  }

  async #askSnapshot(): Promise<void> {
    const controls = this.#controls;
    if (controls === null || this.#status?.phase !== 'steady')
      return this.#note(
        'a snapshot can be taken in the steady phase: one of another phase would be no measure of growth',
      );
    const estimate = await controls.estimateSnapshot();
    if (estimate === null) return this.#note('no snapshot: the service does not answer');
    if (estimate.refused !== null) return this.#note(`no snapshot: ${estimate.refused}`);
    const { pauseMs, extraBytes } = estimate;
    const text = `Snapshot now? Pause about ${formatDuration(pauseMs)}, up to ${formatBytes(extraBytes)} more memory. [y] yes [n] no`;
    this.#question = { text, onYes: () => controls.takeSnapshot() };
    this.#draw();
  }

  async #keepCpu(): Promise<void> {
    if (this.#controls === null) return this.#note('no CPU profile yet: the run is about to begin');
    await this.#controls.keepCpuWindow();
    this.#note('the CPU profile up to now is kept in cpu/ of the run folder');
  }

  async #report(): Promise<void> {
    this.#note('writing a report of the run so far');
    const { words, explained } = await this.#options.reportNow();
    if (explained !== null) this.#book.explain(explained);
    this.#note(words);
  }

  async #pause(): Promise<void> {
    if (this.#controls === null || !this.#status?.load) return this.#note('there is no load of ours to pause');
    this.#isLoadPaused = !this.#isLoadPaused;
    this.#note(this.#isLoadPaused ? 'load paused by you: [p] resumes it' : 'load resumed');
    await this.#controls.pauseLoad(this.#isLoadPaused);
  }

  #draw(): void {
    this.#screen.draw(drawLive(this.#state(), this.#screen.size));
  }

  #state(): LiveState {
    const { facts, clock } = this.#options;
    const wallMs = clock.wallMs();
    const status = this.#status;
    return {
      command: 'soak',
      service: facts.name,
      pid: facts.pid,
      nodeVersion: this.#nodeVersion,
      wallMs,
      utcOffsetMs: -60_000 * new Date(wallMs).getTimezoneOffset(),
      elapsedMs: status?.elapsedMs ?? 0,
      progress: status && {
        remainingMs: status.remainingMs,
        phases: phasesOf(status.plan, { phase: status.phase, wallMs, remainingMs: status.remainingMs }),
        samples: status.samplesTaken,
        gaps: status.gaps,
        snapshotsTaken: this.#snapshots.length,
        snapshotsPlanned: status.snapshotsPlanned,
        nextSnapshotInMs: status.nextSnapshotInMs,
        estimate: this.#estimate,
      },
      load: status?.load ?? null,
      ...this.#book.reading,
      question: this.#question?.text ?? null,
      isHelpOpen: this.#isHelpOpen,
    };
  }
}
