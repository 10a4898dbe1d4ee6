import { randomUUID } from 'node:crypto';
import type { RequestInterval } from '../model/requests.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';
import type { RenderedRequest } from '../scenario/compile-request.ts';
import { type Random, seededRandom } from '../scenario/random.ts';
import type { DataSet } from '../scenario/scenario.ts';
import type { TemplateContext } from '../scenario/template.ts';
import type { CompiledStep } from './compile-step.ts';
import { ABORTED, type Answer, NOT_SENT } from './connection.ts';
import type { Connections } from './connections.ts';
import { keepCookies } from './cookies.ts';
import { isGeneratorLimit } from './error-kind.ts';
import { RequestRecorder } from './request-recorder.ts';
import { RowSource } from './row-source.ts';

/** Result of one step: null error means as expected; `status` 0 means no answer. */
export interface StepResult {
  readonly errorKind: string | null;
  readonly status: number;
  /** The load paused or ended before there was an answer: neither success nor failure. */
  readonly isCutShort: boolean;
}

/** What one virtual user brings to a request. */
export interface Sender {
  readonly user: number;
  readonly variables: Record<string, string>;
  /** Rows of data sets that it keeps, by name of the set. */
  readonly rows: Record<string, readonly string[]>;
  readonly cookies: Map<string, string>;
}

interface TrafficOptions {
  readonly connections: Connections;
  readonly seed: number;
  readonly lateAfterMs: Milliseconds;
  /**
   * What could not be sent counts as dropped. Users that wait for answers ask again: what they did not send is not missing.
   */
  readonly countsUnsent: boolean;
  /** A short text that no other run has. */
  readonly run: string;
  /** As in LoadConfig: sequences are counted on by several processes without meeting. */
  readonly share: { readonly index: number; readonly of: number };
  readonly data: readonly DataSet[];
  readonly sendCookies: boolean;
  /** Names of requests that no task sends. */
  readonly setupNames: ReadonlySet<string>;
  /** Hears the first error of each class of each request. */
  readonly onError: (name: string, kind: string) => void;
}

interface TrafficCounts {
  sent: number;
  completed: number;
  errors: number;
  dropped: number;
  aborted: number;
  late: number;
  maxLateMs: Milliseconds;
  generatorErrors: number;
}

/** Sends steps for virtual users, checks the answers and keeps the books. Knows nothing of when or how many. */
export class Traffic {
  readonly counts: TrafficCounts = {
    sent: 0,
    completed: 0,
    errors: 0,
    dropped: 0,
    aborted: 0,
    late: 0,
    maxLateMs: 0,
    generatorErrors: 0,
  };
  readonly random: Random;
  readonly #connections: Connections;
  readonly #recorders = new Map<string, RequestRecorder>();
  readonly #lateAfterMs: Milliseconds;
  readonly #onError: (name: string, kind: string) => void;
  readonly #options: TrafficOptions;
  readonly #data: RowSource;
  #sequence: number;
  #drained: (() => void)[] = [];
  /** Requests that were in flight over a gap in our own life say nothing about the target. */
  #lastGapEndMs: MonoMs = Number.NEGATIVE_INFINITY;

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#connections = options.connections;
    this.#lateAfterMs = options.lateAfterMs;
    this.random = seededRandom(options.seed + options.share.index);
    this.#data = new RowSource(options.data, options.share, this.random);
    this.#sequence = options.share.index + 1 - options.share.of;
    const reported = new Set<string>();
    this.#onError = (name, kind) => {
      const key = `${name} ${kind}`;
      if (reported.has(key)) return;
      reported.add(key);
      options.onError(name, kind);
    };
  }

  get inFlight(): number {
    return this.counts.sent - this.counts.completed - this.counts.aborted;
  }

  /** Sends one step, planned for `plannedMs`; `done` is called once, after the answer. */
  send(step: CompiledStep, sender: Sender, plannedMs: MonoMs, done: (result: StepResult) => void): void {
    this.counts.sent++;
    const book = this.#recorderOf(step.name).answers;
    const rendered = this.#withCookies(step.render(this.#contextOf(sender)), sender);
    const { request, takesCompressed } = book.prepare(rendered, step.wantsBody);
    const bodyUse = step.wantsBody ? 'checks' : takesCompressed ? 'sample' : 'none';
    this.#connections.send(request, bodyUse, (answer) => {
      if (answer.error === ABORTED || answer.error === NOT_SENT) {
        this.#bookCutShort(step, plannedMs, answer);
        done({ errorKind: answer.error, status: 0, isCutShort: true });
        if (this.inFlight === 0) this.#tellDrained();
        return;
      }
      if (this.#options.sendCookies) keepCookies(answer.headers['set-cookie'], sender.cookies);
      const errorKind = step.check(answer, sender.variables);
      if (errorKind === null) book.note(request, answer);
      this.#book(step.name, plannedMs, answer, errorKind);
      done({ errorKind, status: answer.status, isCutShort: false });
      if (this.inFlight === 0) this.#tellDrained();
    });
  }

  /** An arrival that is not sent. */
  drop(step: CompiledStep): void {
    this.counts.dropped++;
    this.#recorderOf(step.name).drop();
  }

  get lateAfterMs(): Milliseconds {
    return this.#lateAfterMs;
  }

  /** Settles when nothing is in flight. */
  drained(): Promise<void> {
    return this.inFlight === 0 ? Promise.resolve() : new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Nothing more is sent: what waits for a connection is taken back. */
  withdrawWaiting(): void {
    this.#connections.withdrawWaiting();
  }

  /** A server may wait for them to end. */
  closeIdle(): void {
    this.#connections.closeIdle();
  }

  /** Gives up everything in flight at once. */
  abortAll(): void {
    this.#connections.abortAll();
  }

  noteGap(gapEndMs: MonoMs, gapMs: Milliseconds): void {
    this.#lastGapEndMs = gapEndMs;
    this.#connections.extendDeadlines(gapMs);
  }

  takeIntervals(startMonoMs: MonoMs, endMonoMs: MonoMs): RequestInterval[] {
    return [...this.#recorders.values()].flatMap((recorder) => recorder.take(startMonoMs, endMonoMs) ?? []);
  }

  #contextOf({ user, variables, rows }: Sender): TemplateContext {
    const context: TemplateContext = {
      random: this.random,
      nextSequence: () => {
        this.#sequence += this.#options.share.of;
        return this.#sequence;
      },
      newUuid: randomUUID,
      run: this.#options.run,
      nowMs: Date.now,
      user,
      variables,
    };
    return this.#options.data.length === 0 ? context : { ...context, data: this.#data.reader(rows) };
  }

  #withCookies(request: RenderedRequest, { cookies }: Sender): RenderedRequest {
    if (cookies.size === 0) return request;
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return { ...request, headers: { cookie, ...request.headers } };
  }

  #book(name: string, plannedMs: MonoMs, answer: Answer, errorKind: string | null): void {
    const { counts } = this;
    const { sentMs, endMs } = answer;
    counts.completed++;
    const hasLatency = (answer.status > 0 || errorKind === 'timeout') && !this.#crossedGap(answer);
    this.#noteLateness(
      this.#recorderOf(name).record({ plannedMs, sentMs, endMs, errorKind, hasLatency }),
      answer,
      plannedMs,
    );
    if (errorKind === null) return;
    counts.errors++;
    if (isGeneratorLimit(errorKind)) counts.generatorErrors++;
    this.#onError(name, errorKind);
  }

  /**
   * A request without a response is in the percentiles with the time that it waited: leaving it out would flatter the
   * service.
   */
  #bookCutShort(step: CompiledStep, plannedMs: MonoMs, answer: Answer): void {
    const { counts } = this;
    if (answer.error === NOT_SENT) {
      counts.sent--;
      if (this.#options.countsUnsent) this.drop(step);
      return;
    }
    counts.aborted++;
    const { sentMs, endMs } = answer;
    const outcome = { plannedMs, sentMs, endMs, errorKind: null, hasLatency: !this.#crossedGap(answer) };
    this.#noteLateness(this.#recorderOf(step.name).recordAborted(outcome), answer, plannedMs);
  }

  #crossedGap({ sentMs, endMs }: Answer): boolean {
    return sentMs < this.#lastGapEndMs && endMs >= this.#lastGapEndMs;
  }

  #noteLateness(isLate: boolean, { sentMs }: Answer, plannedMs: MonoMs): void {
    if (isLate) this.counts.late++;
    this.counts.maxLateMs = Math.max(this.counts.maxLateMs, sentMs - plannedMs);
  }

  #recorderOf(name: string): RequestRecorder {
    let recorder = this.#recorders.get(name);
    if (!recorder) {
      recorder = new RequestRecorder(name, this.#lateAfterMs, this.#options.setupNames.has(name));
      this.#recorders.set(name, recorder);
    }
    return recorder;
  }

  #tellDrained(): void {
    const waiting = this.#drained;
    this.#drained = [];
    for (const resolve of waiting) resolve();
  }
}
