import { type ChildProcess, fork } from 'node:child_process';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { RequestInterval } from '../model/requests.ts';
import type { Milliseconds } from '../model/units.ts';
import { redactAddress } from '../redact/redact-address.ts';
import { type LoadOverrides, overrideLoad } from '../scenario/override-load.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { startGroup } from './load-group.ts';
import { FINISH_MS, type FromLoad, type LoadConfig, type LoadTotals, type ToLoad } from './load-messages.ts';

export interface LoadListeners {
  /** Every `intervalMs` (1 s): the requests by name since the last time, and the totals. */
  readonly onInterval?: (intervals: readonly RequestInterval[], totals: LoadTotals) => void;
  /** The first error of each class of each request: `lock-proof`, `status 500`. */
  readonly onError?: (name: string, kind: string) => void;
  /** How long the load process or the whole machine was paused; the schedule continued from there. */
  readonly onSuspended?: (gapMs: Milliseconds) => void;
}

export interface LoadOptions extends LoadListeners {
  readonly scenario: Scenario;
  /** In place of the scenario's own: `--url`. */
  readonly baseUrl?: string | undefined;
  readonly overrides?: LoadOverrides;
  /** The same seed gives the same users, tasks, think times and Poisson arrivals. */
  readonly seed: number;
  readonly intervalMs?: Milliseconds;
  /** For one request, connecting included; 30 s. */
  readonly timeoutMs?: Milliseconds;
  readonly maxConnections?: number;
  readonly maxInFlight?: number;
  /**
   * How long requests in flight at a pause or at the end may take before they are aborted; 5 s, which is also the most at
   * the end.
   */
  readonly graceMs?: Milliseconds;
  /**
   * Open model: so long the set-up of users may hold up the arrivals; the planned length, 5 s at least and a minute at most.
   */
  readonly setupMs?: Milliseconds;
  /** So many processes share the load; 1. */
  readonly workers?: number;
}

/** How a load ended: its planned length was over, it was stopped, or its process died. */
export interface LoadEnd {
  readonly reason: 'over' | 'stopped' | 'lost';
  /** Why it was lost; empty otherwise. */
  readonly detail: string;
  readonly totals: LoadTotals | null;
}

/** A load in a process of its own, or in several. */
export interface Load {
  /** Of the first process. */
  readonly pid: number;
  /** Begins to send. Every call rejects with a ProfilerError (`load-lost`) when the process died. */
  readonly start: () => Promise<void>;
  /**
   * Settles when nothing is in flight any more, with what was not answered in time aborted; the time of the load stops.
   * Called again while it drains, with a shorter `graceMs`, it settles sooner. With `letGo` no connection stays open.
   */
  readonly pause: (graceMs?: Milliseconds, how?: { readonly letGo: boolean }) => Promise<LoadTotals>;
  /** Continues where it paused: nothing is caught up. */
  readonly resume: () => Promise<void>;
  /** Users, or arrivals a second, from now on, whatever the stages say. */
  readonly setLevel: (level: number) => Promise<void>;
  /** Ends the load and its process, after what was in flight (5 s at most). May be called again. */
  readonly stop: () => Promise<LoadTotals>;
  /** As of the last report; null before the first. */
  readonly totals: () => LoadTotals | null;
  /** Settles, never rejects, when the load has come to its end in one way or another. */
  readonly ended: Promise<LoadEnd>;
}

/** Starts the process that will drive the scenario; nothing is sent before `start`. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const config = configOf(options);
  const workers = options.workers ?? 1;
  if (workers === 1) return startWorker(config, options);
  return startGroup(workers, options, (index, listeners) => startWorker(shareOf(config, index, workers), listeners));
}

/** One of several processes: its part of the limits. */
function shareOf(config: LoadConfig, index: number, of: number): LoadConfig {
  return {
    ...config,
    share: { index, of },
    maxConnections: Math.ceil(config.maxConnections / of),
    maxInFlight: Math.ceil(config.maxInFlight / of),
  };
}

async function startWorker(config: LoadConfig, options: LoadListeners): Promise<Load> {
  // No --inspect or other option of ours is inherited: the child would fight for the same port.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = fork(new URL('./load-process.js', import.meta.url), [], {
    execArgv: [],
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const link = new LoadLink(child, options);
  await link.until('listening');
  await link.ask({ type: 'prepare', config }, 'prepared');
  let stopped: Promise<LoadTotals> | null = null;
  return {
    pid: child.pid ?? 0,
    start: async () => void (await link.ask({ type: 'start' }, 'started')),
    pause: async (graceMs, { letGo } = { letGo: false }) =>
      totalsOf(await link.ask({ type: 'pause', graceMs: graceMs ?? null, letGo }, 'paused', config.graceMs)),
    resume: async () => void (await link.ask({ type: 'resume' }, 'resumed')),
    setLevel: async (level) => void (await link.ask({ type: 'level', level }, 'levelled')),
    stop: () => {
      stopped ??= stop(link);
      return stopped;
    },
    totals: () => link.totals,
    ended: link.ended,
  };
}

async function stop(link: LoadLink): Promise<LoadTotals> {
  const totals = totalsOf(await link.ask({ type: 'stop' }, 'stopped', FINISH_MS));
  await link.exited();
  return totals;
}

function configOf(options: LoadOptions): LoadConfig {
  const scenario = overrideLoad(options.scenario, options.overrides ?? {});
  const baseUrl = options.baseUrl ?? scenario.baseUrl;
  if (!baseUrl) {
    throw new ProfilerError(
      'load-no-url',
      EXIT.usage,
      `the scenario ${scenario.name} does not say where the service is`,
      'Add --url http://127.0.0.1:3000, or baseUrl to the scenario.',
    );
  }
  if (!/^https?:\/\//i.test(baseUrl) || !URL.canParse(baseUrl)) {
    throw new ProfilerError(
      'load-bad-url',
      EXIT.usage,
      `${redactAddress(baseUrl)} is not the address of a service`,
      'Write it like http://127.0.0.1:3000.',
    );
  }
  const maxInFlight = options.maxInFlight ?? 10_000;
  const { http, load } = scenario;
  return {
    scenario,
    baseUrl,
    seed: options.seed,
    intervalMs: options.intervalMs ?? 1000,
    run: Date.now().toString(36),
    share: { index: 0, of: 1 },
    timeoutMs: options.timeoutMs ?? http.timeoutMs ?? 30_000,
    maxConnections: options.maxConnections ?? http.maxConnections ?? maxInFlight,
    maxInFlight,
    graceMs: options.graceMs ?? FINISH_MS,
    setupMs:
      options.setupMs ?? Math.min(LONGEST_SETUP_MS, Math.max(SHORTEST_SETUP_MS, load.durationMs ?? LONGEST_SETUP_MS)),
  };
}

function totalsOf(message: FromLoad): LoadTotals {
  if (!('totals' in message)) throw new Error(`${message.type} carries no totals`);
  return message.totals;
}

/** So long a process may take to end after it said that it stopped. */
const EXIT_MS = 2000;
const SHORTEST_SETUP_MS = 5000;
const LONGEST_SETUP_MS = 60_000;
/** A load process answers in milliseconds. One that does not (stopped by a signal, out of memory) is given up. */
const ANSWER_MS = 20_000;

interface Waiter {
  readonly type: FromLoad['type'];
  readonly resolve: (message: FromLoad) => void;
  readonly reject: (error: Error) => void;
}

/** The IPC channel to the load process: questions with one answer each, reports, and its death. */
class LoadLink {
  totals: LoadTotals | null = null;
  readonly ended: Promise<LoadEnd>;
  readonly #child: ChildProcess;
  readonly #options: LoadListeners;
  #waiters: Waiter[] = [];
  #lost: ProfilerError | null = null;
  #end: (end: LoadEnd) => void = () => {};
  #lastWords = '';

  constructor(child: ChildProcess, options: LoadListeners) {
    this.#child = child;
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    child.on('message', (message: FromLoad) => this.#receive(message));
    child.on('error', (error) => this.#lose(error.message));
    child.on('exit', (code, signal) => this.#lose(`it ended with ${signal ?? `exit code ${code}`}`));
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#lastWords = (this.#lastWords + chunk.toString()).slice(-2000);
    });
  }

  /** `takesMs`: what the answer may rightly take. */
  async ask(message: ToLoad, answer: FromLoad['type'], takesMs: Milliseconds = 0): Promise<FromLoad> {
    const answered = this.until(answer);
    if (!this.#lost) this.#child.send(message, (error) => error && this.#lose(error.message));
    const timer = setTimeout(() => this.#giveUp(message.type, takesMs + ANSWER_MS), takesMs + ANSWER_MS);
    try {
      return await answered;
    } finally {
      clearTimeout(timer);
    }
  }

  until(type: FromLoad['type']): Promise<FromLoad> {
    if (this.#lost) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => this.#waiters.push({ type, resolve, reject }));
  }

  /** Settles when the process is gone; it is killed if it does not exit on its own. */
  async exited(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const killing = setTimeout(() => this.#child.kill('SIGKILL'), EXIT_MS);
    await new Promise((resolve) => this.#child.once('exit', resolve));
    clearTimeout(killing);
  }

  #receive(message: FromLoad): void {
    if ('totals' in message) this.totals = message.totals;
    if (message.type === 'interval') this.#options.onInterval?.(message.intervals, message.totals);
    else if (message.type === 'request-error') this.#options.onError?.(message.name, message.kind);
    else if (message.type === 'suspended') this.#options.onSuspended?.(message.gapMs);
    else if (message.type === 'failed') this.#lastWords = message.message;
    else if (message.type === 'over' || message.type === 'stopped') {
      this.#end({ reason: message.type, detail: '', totals: message.totals });
    }
    const answered = this.#waiters.filter((waiter) => waiter.type === message.type);
    this.#waiters = this.#waiters.filter((waiter) => waiter.type !== message.type);
    for (const waiter of answered) waiter.resolve(message);
  }

  #giveUp(question: string, waitedMs: Milliseconds): void {
    this.#lose(`it did not answer to \`${question}\` within ${Math.round(waitedMs / 1000)} s`);
    this.#child.kill('SIGKILL');
  }

  #lose(how: string): void {
    if (this.#lost) return;
    const detail = this.#lastWords ? `${how}: ${this.#lastWords.trim()}` : how;
    this.#lost = new ProfilerError('load-lost', EXIT.notEnoughData, `the load process is gone: ${detail}`);
    this.#end({ reason: 'lost', detail, totals: this.totals });
    for (const waiter of this.#waiters) waiter.reject(this.#lost);
    this.#waiters = [];
  }
}
