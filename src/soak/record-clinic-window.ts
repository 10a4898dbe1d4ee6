import { GcTracer } from '../capture/gc-tracer.ts';
import { CLINIC_STATS_MS, ProcessStatsRecorder, readClocks } from '../capture/process-stats-recorder.ts';
import type { ClinicWindowFile, ClockPair } from '../format/clinic/clinic-files.ts';
import type { Clock } from '../model/clock.ts';
import type { CaptureCost } from '../model/run-event.ts';
import type { RunRecorder } from '../record/run-recorder.ts';
import type { CaptureDesk } from './capture-desk.ts';
import type { RunLog } from './run-log.ts';
import type { TargetKeeper } from './target-keeper.ts';

interface Options {
  readonly keeper: TargetKeeper;
  readonly recorder: RunRecorder;
  readonly log: RunLog;
  readonly clock: Clock;
}

/** What Clinic Doctor reads, for one stretch of a soak: statistics of the process every 10 ms, and collections traced. */
export class ClinicWindow {
  readonly #options: Options;
  readonly #desk: CaptureDesk;
  #running: {
    readonly stats: ProcessStatsRecorder;
    readonly tracer: GcTracer | null;
    readonly clock: ClockPair;
    readonly segment: number;
    readonly started: CaptureCost;
  } | null = null;

  constructor(options: Options, desk: CaptureDesk) {
    this.#options = options;
    this.#desk = desk;
  }

  async start(): Promise<void> {
    const { keeper, log } = this.#options;
    await this.#desk.attempt('clinic-window', async ({ attachment: { session }, probe }) => {
      const { value, cost } = await probe.measure(async () => {
        const tracer = await GcTracer.start(session);
        if (tracer === null)
          log.event({
            type: 'note',
            detail: 'collections not traced: this process offers no trace events, or traces already',
          });
        const stats = await ProcessStatsRecorder.start(session, CLINIC_STATS_MS);
        return { tracer, stats, clock: await readClocks(session) };
      });
      this.#running = { ...value, segment: keeper.segment, started: cost };
      return null;
    });
  }

  /** Nothing where none was started, and where the service restarted meanwhile: what was read went with it. */
  async keep(): Promise<void> {
    const { keeper, recorder, clock, log } = this.#options;
    const running = this.#running;
    this.#running = null;
    if (running === null) return;
    if (running.segment !== keeper.segment) {
      log.event({ type: 'note', detail: 'the window for Clinic was lost: the service restarted' });
      return;
    }
    await this.#desk.attempt('clinic-window', async ({ probe }) => {
      const { value, cost } = await probe.measure(async () => {
        const stats = await running.stats.stop();
        return { stats, gcEvents: (await running.tracer?.stop()) ?? [] };
      });
      const file = recorder.fileFor('clinic-window', 1);
      const content: ClinicWindowFile = { schema: 'profiler-clinic-window/1', clock: running.clock, ...value };
      const text = JSON.stringify(content);
      await this.#desk.keepText(file, text);
      const { segment, started } = running;
      const startMonoMs = started.endMonoMs;
      const record = { file: file.file, startMonoMs, endMonoMs: cost.startMonoMs, segment };
      await recorder.updateManifest((manifest) => ({ ...manifest, clinicWindow: record }));
      const pauseMs = Math.max(started.pauseMs, cost.pauseMs);
      return { file, cost: { startMonoMs, endMonoMs: clock.monoMs(), pauseMs }, bytes: Buffer.byteLength(text) };
    });
  }
}
