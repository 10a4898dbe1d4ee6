import type { ProcessSampler } from '../capture/process-sampler.ts';
import type { MetricName } from '../model/metric-catalogue.ts';
import type { TargetFacts } from '../model/run-manifest.ts';
import { formatDuration, type Milliseconds, type MonoMs } from '../model/units.ts';
import { hasHandedOver } from '../target/has-handed-over.ts';
import { poll } from '../target/poll.ts';
import {
  isListeningOn,
  isSameProcess,
  type ProcessFacts,
  readProcessFacts,
  readTicks,
} from '../target/process-facts.ts';
import { servicePorts } from '../target/service-ports.ts';
import type { SessionEnd } from '../target/session.ts';
import { waitForReturn } from '../target/wait-for-return.ts';
import { attachFirst } from './attach-first.ts';
import { causeOfEnd, type Ending, endingText } from './cause-of-end.ts';
import { InsideView } from './inside-view.ts';
import {
  type InstrumentOptions,
  type Instruments,
  setUpInstruments,
  takeDownInstruments,
  watchFromOutside,
} from './instruments.ts';
import { LoadPortWatch } from './load-port-watch.ts';
import type { SoakTarget } from './soak-target.ts';
import { wait } from './wait.ts';

type Values = Partial<Record<MetricName, number>>;
type Life = Pick<TargetFacts, 'pid' | 'startTicks'>;

export interface TargetKeeperOptions extends InstrumentOptions {
  readonly returnTimeoutMs: Milliseconds;
  /** Of the target, where load of ours goes; null if none goes to this machine. */
  readonly loadPort: number | null;
  /** A new life of the target began and is watched. */
  readonly onSegment: (life: Life, segment: number) => void;
  /** The target is gone, or another process that is accepted as the same has taken its place. */
  readonly onAway: (isAway: boolean) => void;
  /** The target died and did not come back in time; `why` as text. */
  readonly onGone: (why: string) => void;
  readonly stop: AbortSignal;
}

type KeeperOptions = TargetKeeperOptions & Parameters<typeof setUpInstruments>[2];

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
const LOOK_FOR_SUCCESSOR_EVERY_MS = 5_000;
/** How soon after its connection the end of a process is seen. */
const LOOK_EVERY_MS = 50;
/** A process that exits takes no new debuggers within a few milliseconds; a busy machine needs longer. */
const EXIT_CONFIRM_MS = 2_000;
/** How long an ending run waits for a target that does not answer: supervisors kill after 10 to 90 s. */
const ENDING_MS = 8_000;

/**
 * Holds on to the target over a long run: notices when it dies, waits for its successor and attaches again in a new
 * segment; notices when only the inspector is lost and attaches again with growing pauses. Meanwhile the view from
 * outside goes on as long as there is a process.
 */
export class TargetKeeper {
  readonly #options: KeeperOptions;
  readonly #target: SoakTarget;
  /** Null if only the inspector, or only an address, is known. */
  #process: ProcessFacts | null;
  #segment = 0;
  #life: Life;
  #outside: ProcessSampler | null;
  /** Used instead on a host without /proc: it does not report the end of the process, the connection does. */
  #portable: ProcessSampler | null = null;
  #instruments: Instruments | null;
  readonly #inside: InsideView;
  /** Where the inspector was last: no port of the service. */
  #inspectorPort: number | null = null;
  #recovering: Promise<void> | null = null;
  #lookedForSuccessorMonoMs = Number.NEGATIVE_INFINITY;
  #closing = false;
  /** Ended, and not back yet. */
  #isAwaited = false;
  readonly #loadPort: LoadPortWatch;
  readonly #ending = new AbortController();

  private constructor(target: SoakTarget, instruments: Instruments | null, options: KeeperOptions) {
    this.#target = target;
    this.#options = options;
    // Read just before it was attached to, so newer than when it was found.
    this.#process = instruments?.attachment.process ?? target.process;
    this.#life = target.facts;
    this.#loadPort = new LoadPortWatch(this.#process, options);
    this.#outside = this.#process && watchFromOutside(this.#process, options);
    this.#instruments = instruments;
    this.#inside = new InsideView({ instruments: () => this.#instruments, log: options.log, stop: options.stop });
    if (instruments) this.#adopt(instruments);
    options.stop.addEventListener('abort', () => this.#instruments?.attachment.session.hasten(ENDING_MS), {
      once: true,
    });
  }

  static async attach(target: SoakTarget, options: TargetKeeperOptions): Promise<TargetKeeper> {
    let epochs = 0;
    // Counted over all connections: V8 forgets the ids that it gave out when one ends.
    const own = { ...options, newEpoch: () => String(epochs++) };
    return new TargetKeeper(target, target.attach ? await attachFirst(target, target.attach, own) : null, own);
  }

  /** Major collections that the target ran on its own, as far as it has reported them. */
  get ownCollections(): number {
    return this.#inside.ownCollections;
  }

  get segment(): number {
    return this.#segment;
  }

  /** With the version of Node, where it could be asked. */
  get facts(): TargetFacts {
    return this.#instruments?.attachment.facts ?? this.#process ?? this.#target.facts;
  }

  /** Null while nothing inside the target can be seen. */
  get instruments(): Instruments | null {
    return this.#instruments;
  }

  /** Whether the inside of the target should be seen, and is not. */
  get hasLostInside(): boolean {
    return this.#target.attach !== null && this.#instruments === null;
  }

  /** Values from outside (none of a target that is known by address only); null while there is no process. */
  async readOutside(): Promise<Values | null> {
    if (!this.#outside) return await this.#readPortable();
    const reading = await this.#outside.sample();
    if (!reading.alive) {
      if (!this.#closing && !this.#options.stop.aborted) this.#recover(() => this.#awaitSuccessor(reading.reason));
      return null;
    }
    if (!this.#isAwaited && !this.#closing) this.#loadPort.look();
    if (this.#isDraining()) this.#recover(() => this.#awaitSuccessor('draining'));
    return reading.values;
  }

  async #readPortable(): Promise<Values> {
    const reading = await this.#portable?.sample();
    return reading?.alive ? reading.values : {};
  }

  /** Values from inside that arrived within `patienceMs`; later ones are returned by the next call. */
  readInside(patienceMs: Milliseconds): Promise<Values> {
    return this.#inside.read(patienceMs);
  }

  /** Asks the target something short, unless it is busy with a capture or out of reach. */
  whenCalm<Value>(ask: (instruments: Instruments) => Promise<Value> | null): Promise<Value | null> {
    return this.#inside.whenCalm(ask);
  }

  /** Does something that pauses the target. Meanwhile no request is sent to it, and its watchdog waits. */
  whileBusy<Value>(action: (instruments: Instruments) => Promise<Value>): Promise<Value | null> {
    return this.#inside.whileBusy(action);
  }

  /** Notes what most descriptors point to, which shows which of them leak. */
  noteDescriptors(): void {
    const groups = this.#outside?.topDescriptors() ?? [];
    if (groups.length > 0) this.#options.log.event({ type: 'descriptors', groups });
    this.#noteListening();
  }

  /** One that was found while it started listens by now where its successor will. */
  #noteListening(): void {
    const known = this.#process;
    if (!known || servicePorts(known, this.#inspectorPort).length > 0) return;
    const now = readProcessFacts(known.pid);
    if (now?.startTicks === known.startTicks) this.#process = { ...now, nodeVersion: known.nodeVersion };
  }

  /** Whether the target is gone at this moment: ended, and not yet replaced. */
  get isGone(): boolean {
    return this.#isAwaited;
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#ending.abort();
    await this.#inside.settled();
    const instruments = this.#instruments;
    this.#instruments = null;
    if (instruments) await this.#takeDown(instruments);
  }

  async #takeDown(instruments: Instruments): Promise<void> {
    for (const problem of await takeDownInstruments(instruments))
      this.#options.log.say(`while detaching from the target: ${problem}`);
  }

  /** Looked at now and then: the table of sockets is long where there are many connections. */
  #isDraining(): boolean {
    const { clock, stop } = this.#options;
    const instruments = this.#instruments;
    if (!this.#process || !instruments || this.#inside.isBusy || this.#recovering || this.#closing || stop.aborted)
      return false;
    const nowMonoMs = clock.monoMs();
    if (nowMonoMs - this.#lookedForSuccessorMonoMs < LOOK_FOR_SUCCESSOR_EVERY_MS) return false;
    this.#lookedForSuccessorMonoMs = nowMonoMs;
    return hasHandedOver(this.#process, instruments.attachment.inspector.port);
  }

  #watchConnection(instruments: Instruments): void {
    void instruments.attachment.session.closed.then(async (end) => {
      if (this.#closing || this.#instruments !== instruments) return;
      this.#instruments = null;
      this.#inside.noteLost();
      // It may have closed while the recovery that opened it was about to end.
      await this.#recovering;
      this.#recover(() => this.#goOnWithout(instruments, end));
    });
  }

  /** Its program may have ended while the process is there still, or only the connection may have. */
  async #goOnWithout({ attachment }: Instruments, { cause, detail }: SessionEnd): Promise<void> {
    const lost = this.#process;
    if (cause !== 'target-exiting') return await this.#reconnect(detail);
    if (lost) {
      // One that still takes debuggers has not ended, whatever V8 said.
      const hasEnded = await poll(
        () => (isListeningOn(lost, attachment.inspector.port) ? null : true),
        EXIT_CONFIRM_MS,
      );
      return await (hasEnded ? this.#awaitSuccessor('exiting') : this.#reconnect(detail));
    }
    this.#options.log.event({ type: 'target-lost', reason: `exiting: ${detail}` });
    await this.#reconnect(detail);
  }

  #recover(how: () => Promise<void>): void {
    if (this.#recovering) return;
    this.#recovering = how()
      .catch((error: unknown) => {
        this.#options.log.event({
          type: 'error',
          detail: `could not go on with the target: ${(error as Error).message}`,
        });
      })
      .finally(() => {
        this.#recovering = null;
      });
  }

  /** The process may still run without its inspector, or be ending: sampling from outside shows which. */
  async #reconnect(reason: string): Promise<void> {
    const { log, stop, clock, returnTimeoutMs, onGone } = this.#options;
    const lostMonoMs = clock.monoMs();
    for (let pauseMs = FIRST_RETRY_MS; !stop.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_RETRY_MS)) {
      if (!(await this.#waitWhileAlive(pauseMs))) return;
      const alive = await this.#outside?.sample();
      if (alive && !alive.alive) return await this.#awaitSuccessor(alive.reason);
      if (!alive && clock.monoMs() - lostMonoMs > returnTimeoutMs) return onGone('nothing answers at its address');
      if (pauseMs === FIRST_RETRY_MS) {
        log.event({ type: 'inspector-lost', detail: reason });
        log.say(`the inspector connection was lost (${reason}); sampling from outside, trying again`);
      }
      const instruments = await this.#attachAgain(lostMonoMs);
      if (!instruments) continue;
      this.#adopt(instruments);
      log.event({ type: 'inspector-back', detail: `after ${Math.round(clock.monoMs() - lostMonoMs)} ms` });
      log.say('the inspector is back');
      return;
    }
  }

  /** False when the run was stopped. Ends early with the process, so that its successor is looked for at once. */
  async #waitWhileAlive(durationMs: Milliseconds): Promise<boolean> {
    const { stop, clock } = this.#options;
    const lost = this.#process;
    const endMonoMs = clock.monoMs() + durationMs;
    for (let leftMs = durationMs; leftMs > 0; leftMs = endMonoMs - clock.monoMs()) {
      if (lost && !isSameProcess(lost)) break;
      await wait(lost ? Math.min(LOOK_EVERY_MS, leftMs) : leftMs, stop);
      if (stop.aborted) break;
    }
    return !stop.aborted;
  }

  async #awaitSuccessor(reason: Ending): Promise<void> {
    const { log, stop, clock, returnTimeoutMs, onGone, onAway } = this.#options;
    const lost = this.#process;
    if (!lost) return;
    const lostMonoMs = clock.monoMs();
    // Before anything else: load of ours may go to whatever listens there next.
    this.#isAwaited = true;
    onAway(true);
    const instruments = this.#instruments;
    this.#instruments = null;
    // Nothing of ours may stay in one that works on.
    if (instruments && reason === 'draining') await this.#takeDown(instruments);
    else instruments?.attachment.session.disconnect();
    const isOurs = lost.pid === this.#target.process?.pid && lost.startTicks === this.#target.process.startTicks;
    const cause = reason === 'draining' ? null : await causeOfEnd(this.#outside, isOurs ? this.#target.ended : null);
    const ended = endingText(lost.pid, reason, cause);
    log.event({
      type: 'target-lost',
      reason: ended,
      ...(reason === 'exited' && cause === null ? { isPlainEnd: true } : {}),
    });
    log.say(`${ended}; waiting up to ${formatDuration(returnTimeoutMs)} for the service to come back`);
    const signal = AbortSignal.any([stop, this.#ending.signal]);
    const { successor, reason: why } = await waitForReturn(lost, {
      identity: this.#target.identity,
      timeoutMs: returnTimeoutMs,
      // What took over from one that works on was started before that was noticed.
      sinceTicks: reason === 'draining' ? readTicks(lost) : (this.#outside?.lastSeenTicks ?? lost.startTicks),
      inspectorPort: this.#inspectorPort,
      signal,
    });
    if (!successor) {
      if (!signal.aborted) onGone(why);
      return;
    }
    this.#isAwaited = false;
    this.#process = successor;
    this.#outside = watchFromOutside(successor, this.#options);
    this.#loadPort.follow(successor);
    this.#beginLife(successor, lostMonoMs);
    onAway(false);
    if (this.#target.attach === null) return;
    const next = await this.#attachAgain(lostMonoMs);
    if (next) this.#adopt(next);
    else await this.#reconnect('could not attach to the new process');
  }

  #beginLife(life: TargetFacts, lostMonoMs: MonoMs): void {
    const { log, clock, onSegment } = this.#options;
    this.#segment += 1;
    this.#life = life;
    onSegment(life, this.#segment);
    const afterMs = clock.monoMs() - lostMonoMs;
    log.event({ type: 'target-back', segment: this.#segment, pid: life.pid, afterMs });
    log.say(`the service is back as process ${life.pid}`);
  }

  async #attachAgain(lostMonoMs: MonoMs): Promise<Instruments | null> {
    try {
      const attachment = await this.#target.attach?.(this.#process);
      if (!attachment) return null;
      // If only an address is known, the process that answers there shows whether it is another life.
      if (!this.#process && !isSameLife(attachment.facts, this.#life)) this.#beginLife(attachment.facts, lostMonoMs);
      return await setUpInstruments(attachment, this.#segment, this.#options);
    } catch (error) {
      this.#options.log.event({ type: 'note', detail: `could not attach again: ${(error as Error).message}` });
      return null;
    }
  }

  #adopt(instruments: Instruments): void {
    this.#instruments = instruments;
    this.#portable = instruments.portable;
    this.#inspectorPort = instruments.attachment.inspector.port;
    this.#watchConnection(instruments);
  }
}

function isSameLife(a: Life, b: Life): boolean {
  return a.pid === b.pid && a.startTicks === b.startTicks;
}
