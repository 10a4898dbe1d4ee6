import type { PhaseName } from '../model/run-event.ts';
import { AllocationCaptures } from './allocation-captures.ts';
import { CallCounting } from './call-counting.ts';
import { CaptureDesk } from './capture-desk.ts';
import type { CaptureOptions } from './capture-options.ts';
import { ClassCounting } from './class-counting.ts';
import { type CollectOptions, LiveSize } from './live-size.ts';
import { Marking } from './marking.ts';
import { ClinicWindow } from './record-clinic-window.ts';
import { ScriptKeeper } from './script-keeper.ts';
import { SnapshotCaptures, type SnapshotOptions } from './snapshot-captures.ts';
import type { AskedEstimate } from './soak-status.ts';
import { WorkerCaptures } from './worker-captures.ts';

/**
 * The captures of a run: each leaves its file in the run folder, a record in the manifest, and an event that says what
 * it cost the target. A capture that fails costs that capture only.
 */
export class Captures {
  readonly #options: CaptureOptions;
  readonly #desk: CaptureDesk;
  readonly #scripts: ScriptKeeper;
  readonly #allocations: AllocationCaptures;
  readonly #liveSize: LiveSize;
  readonly #classes: ClassCounting;
  readonly #snapshots: SnapshotCaptures;
  readonly #calls: CallCounting;
  readonly clinic: ClinicWindow;
  readonly #workers: WorkerCaptures;
  #cpuWindows = 0;

  constructor(options: CaptureOptions) {
    this.#options = options;
    const desk = new CaptureDesk(options);
    const scripts = new ScriptKeeper(options, desk);
    const marking = new Marking(options);
    this.#desk = desk;
    this.#scripts = scripts;
    this.#allocations = new AllocationCaptures(options, desk, marking, scripts);
    this.#liveSize = new LiveSize(options, desk, marking, this.#allocations);
    this.#classes = new ClassCounting(options, desk, this.#liveSize);
    this.#snapshots = new SnapshotCaptures(options, desk, marking, scripts);
    this.#calls = new CallCounting(options, desk);
    this.#workers = new WorkerCaptures(options, desk, scripts);
    this.clinic = new ClinicWindow(options, desk);
  }

  /** Ends the running CPU window and keeps it; with `last`, no further window is opened. */
  async keepCpuWindow(last = false): Promise<void> {
    const { keeper, recorder, sampling } = this.#options;
    await this.#desk.attempt('cpu', async (instruments) => {
      if (!instruments.cpu.isRunning) return null;
      const segment = keeper.segment;
      const requests = sampling.answeredRequests;
      const window = await (last ? instruments.cpu.stop() : instruments.cpu.rotate());
      const file = recorder.fileFor('cpu', ++this.#cpuWindows);
      const text = JSON.stringify(window.profile);
      await this.#desk.keepText(file, text);
      const { startMonoMs, endMonoMs } = window;
      const record = { file: file.file, startMonoMs, endMonoMs, segment, requests };
      await recorder.updateManifest((manifest) => ({ ...manifest, cpuWindows: [...manifest.cpuWindows, record] }));
      await this.#scripts.keep(window.profile.nodes.map((node) => node.callFrame.url));
      return { file, cost: window.cost, bytes: Buffer.byteLength(text) };
    });
  }

  /** Keeps the live objects by allocation stack. */
  async keepAllocations(): Promise<void> {
    await this.#allocations.keep();
  }

  /** From here to `keepBurst` all allocations are sampled, those that die too. */
  async startBurst(): Promise<void> {
    await this.#allocations.startBurst();
  }

  async keepBurst(): Promise<void> {
    await this.#allocations.keepBurst();
  }

  get isCounting(): boolean {
    return this.#calls.isCounting;
  }

  /** From here to `keepCounts` calls of functions are counted: which statements ran, and how often. */
  async startCounting(): Promise<void> {
    await this.#calls.start((...pause) => this.#classes.refuse(...pause));
  }

  async keepCounts(): Promise<void> {
    await this.#calls.keep();
  }

  /** A full collection, so that the live size is known. */
  async collect(options: CollectOptions = {}): Promise<void> {
    await this.#liveSize.measure(options);
  }

  /** A heap snapshot; if it is refused, a count of the classes in its place. */
  async keepSnapshot(
    phase: PhaseName,
    { momentsLeft = 0, ...options }: SnapshotOptions & Pick<CollectOptions, 'momentsLeft'> = {},
  ): Promise<void> {
    const { isRefused, isCollected } = await this.#snapshots.keep(phase, options);
    if (isRefused) await this.#classes.keep({ momentsLeft, isCollected });
  }

  /** What a snapshot would cost now, by the heap as it is; nothing is done to the service. Null if it cannot be asked. */
  async estimateSnapshot(): Promise<AskedEstimate | null> {
    return await this.#snapshots.estimate();
  }

  /** The live size, and how many objects of each class are alive. */
  async keepClassCounts(): Promise<void> {
    await this.#classes.keep();
  }

  /** Keeps the source maps of these scripts, where they have one. */
  async keepSources(urls: readonly string[]): Promise<void> {
    await this.#scripts.keep(urls);
  }

  /** Keeps which statements of the known scripts add to a container, and which remove. For the end of a run. */
  async keepCode(): Promise<void> {
    await this.#scripts.keepCode(this.#calls.counts);
  }

  /**
   * The heaps of the worker threads. To be called under load: those of some pools come to their event loop with a task only.
   */
  async keepWorkers(phase: PhaseName, isPlanned = true): Promise<void> {
    await this.#workers.look(phase, isPlanned);
  }
}
