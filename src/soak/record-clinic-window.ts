import { GcTracer } from '../capture/gc-tracer.ts';
import { CLINIC_STATS_MS, ProcessStatsRecorder, readClocks } from '../capture/process-stats-recorder.ts';
import type { ClinicWindowFile, ClockPair } from '../format/clinic/clinic-files.ts';
import type { MonoMs } from '../model/units.ts';
import type { RunRecorder } from '../record/run-recorder.ts';
import type { InspectorSession } from '../target/session.ts';
import type { CaptureDesk } from './capture-desk.ts';
import type { RunLog } from './run-log.ts';
import type { TargetKeeper } from './target-keeper.ts';

interface Options {
  readonly keeper: TargetKeeper;
  readonly recorder: RunRecorder;
  readonly log: RunLog;
}

interface ClinicReadings {
  readonly clock: ClockPair;
  readonly tracer: GcTracer | null;
  readonly stats: ProcessStatsRecorder;
}

/** What Clinic Doctor reads, for one stretch of a soak: statistics of the process every 10 ms, and collections traced. */
export class ClinicWindow {
  readonly #options: Options;
  readonly #desk: CaptureDesk;
  #running: (ClinicReadings & { readonly segment: number; readonly startMonoMs: MonoMs }) | null = null;

  constructor(options: Options, desk: CaptureDesk) {
    this.#options = options;
    this.#desk = desk;
  }

  async start(): Promise<void> {
    const { keeper, log } = this.#options;
    await this.#desk.attempt('clinic-window', async ({ attachment: { session }, probe }) => {
      const { value, cost } = await probe.measure(() => startClinicReadings(session));
      if (value.tracer === null)
        log.event({
          type: 'note',
          detail: 'collections not traced: this process offers no trace events, or traces already',
        });
      this.#running = { ...value, segment: keeper.segment, startMonoMs: cost.endMonoMs };
      return { file: null, cost, bytes: 0 };
    });
  }

  /**
   * Nothing if none was started, and where the service restarted meanwhile: what was read went with it. Begin and end are
   * told by themselves: the time between is judged like any other.
   */
  async keep(): Promise<void> {
    const { keeper, recorder, log } = this.#options;
    const running = this.#running;
    this.#running = null;
    if (running === null) return;
    if (running.segment !== keeper.segment) {
      log.event({ type: 'note', detail: 'the window for Clinic was lost: the service restarted' });
      return;
    }
    await this.#desk.attempt('clinic-window', async ({ probe }) => {
      const { value, cost } = await probe.measure(async () => {
        // Both at once: one that fails leaves nothing of the other behind.
        const [stats, gcEvents = []] = await Promise.all([running.stats.stop(), running.tracer?.stop()]);
        return { stats, gcEvents };
      });
      const file = recorder.fileFor('clinic-window', 1);
      const content: ClinicWindowFile = { schema: 'profiler-clinic-window/1', clock: running.clock, ...value };
      const text = JSON.stringify(content);
      await this.#desk.keepText(file, text);
      const { segment, startMonoMs } = running;
      const record = { file: file.file, startMonoMs, endMonoMs: cost.startMonoMs, segment };
      await recorder.updateManifest((manifest) => ({ ...manifest, clinicWindow: record }));
      return { file, cost, bytes: Buffer.byteLength(text) };
    });
  }
}

/** All of it or nothing: a tracing that is not stopped would continue to the end of the run. */
export async function startClinicReadings(session: InspectorSession): Promise<ClinicReadings> {
  const clock = await readClocks(session);
  const tracer = await GcTracer.start(session);
  try {
    return { clock, tracer, stats: await ProcessStatsRecorder.start(session, CLINIC_STATS_MS) };
  } catch (error) {
    await tracer?.stop().catch(() => {});
    throw error;
  }
}
