import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../model/clock.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { CaptureCost, CaptureName } from '../model/run-event.ts';
import { type Bytes, formatDuration, type Milliseconds, type MonoMs } from '../model/units.ts';
import type { RunFile } from '../record/run-files.ts';
import type { RunRecorder } from '../record/run-recorder.ts';
import type { OwnWork } from './busy-share.ts';
import type { DiskGuard } from './disk-guard.ts';
import type { Instruments } from './instruments.ts';
import type { LongPauses } from './long-pauses.ts';
import type { RunLog } from './run-log.ts';
import type { TargetKeeper } from './target-keeper.ts';

interface DeskOptions {
  readonly keeper: TargetKeeper;
  readonly recorder: RunRecorder;
  readonly disk: DiskGuard;
  readonly log: RunLog;
  readonly clock: Clock;
  readonly pauses: LongPauses;
  readonly spacingMs: Milliseconds;
}

type CaptureAction = (instruments: Instruments) => Promise<{
  readonly file: RunFile | null;
  readonly cost: CaptureCost;
  readonly bytes: Bytes;
  readonly estimatedPauseMs?: Milliseconds;
} | null>;

const MOST_RECENT = 30;

/**
 * What all captures have in common: they run in order, each writes an event with its cost and keeps its file, and a failure
 * costs that capture only.
 */
export class CaptureDesk {
  readonly #options: DeskOptions;
  #turn: Promise<void> = Promise.resolve();
  #lastEndMonoMs: MonoMs = Number.NEGATIVE_INFINITY;
  #recent: readonly OwnWork[] = [];

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** The latest captures: what the service did meanwhile was not its own doing. */
  get recent(): readonly OwnWork[] {
    return this.#recent;
  }

  /** One after the other: what a user asks for meanwhile waits for its turn. */
  attempt(capture: CaptureName, action: CaptureAction): Promise<void> {
    const turn = this.#turn.then(() => this.#attempt(capture, action));
    this.#turn = turn;
    return turn;
  }

  async #attempt(capture: CaptureName, action: CaptureAction): Promise<void> {
    const { keeper, log, clock, recorder, spacingMs } = this.#options;
    // Windows of the CPU profile change in some milliseconds.
    if (capture !== 'cpu') await sleep(Math.max(0, this.#lastEndMonoMs + spacingMs - clock.monoMs()));
    const startMonoMs = clock.monoMs();
    try {
      if (keeper.hasLostInside) throw new Error('there is no connection to the service');
      const done = await keeper.whileBusy(action);
      if (done)
        log.event({
          type: 'capture',
          capture,
          file: done.file?.file ?? null,
          cost: done.cost,
          bytes: done.bytes,
          error: null,
          ...(done.estimatedPauseMs === undefined ? {} : { estimatedPauseMs: done.estimatedPauseMs }),
        });
    } catch (error) {
      const endMonoMs = clock.monoMs();
      const { message } = error as Error;
      if (error instanceof ProfilerError && error.exitCode === EXIT.storage)
        recorder.noteLoss(`${capture} at ${formatDuration(endMonoMs - recorder.manifest.clock.startMonoMs)}`, message);
      log.event({
        type: 'capture',
        capture,
        file: null,
        cost: { startMonoMs, endMonoMs, pauseMs: endMonoMs - startMonoMs },
        bytes: 0,
        error: message,
      });
      log.say(`${capture} failed: ${message}`);
    } finally {
      this.#lastEndMonoMs = clock.monoMs();
      this.#recent = [...this.#recent, { startMonoMs, endMonoMs: this.#lastEndMonoMs }].slice(-MOST_RECENT);
    }
  }

  async keepText(file: RunFile, text: string): Promise<void> {
    const { recorder, disk } = this.#options;
    disk.refuse(file.file, text.length);
    await recorder.writeArtefact(file, text);
  }

  /** Growth is compared with the requests of each route. A service that does not answer has none to count. */
  async noteRoutes({ probe }: Instruments): Promise<void> {
    const routes = await probe.readRoutes().catch(() => []);
    if (routes.length > 0) this.#options.log.event({ type: 'route-counts', routes });
  }

  /** The measured pause, not the estimate, decides whether the capture is repeated. */
  noteLength(capture: CaptureName, pauseMs: Milliseconds): void {
    const { keeper, pauses } = this.#options;
    pauses.note(capture, pauseMs, keeper.instruments?.attachment.process?.pid ?? null);
  }
}
