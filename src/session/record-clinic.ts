import { AllocationRecorder } from '../capture/allocation-recorder.ts';
import { GcTracer } from '../capture/gc-tracer.ts';
import { measureRoundTrip } from '../capture/measure-cost.ts';
import { PauseGuard } from '../capture/pause-guard.ts';
import { CLINIC_STATS_MS, ProcessStatsRecorder, readClocks } from '../capture/process-stats-recorder.ts';
import type { ClockPair, GcEvent } from '../format/clinic/clinic-files.ts';
import type { ProcessStat } from '../format/clinic/process-stat.ts';
import type { SamplingHeapProfile } from '../model/profiles.ts';
import type { Bytes } from '../model/units.ts';
import type { Attachment } from '../target/attachment.ts';
import { type CpuRecording, type RecordCpuOptions, recordCpu } from './record-cpu.ts';

export interface ClinicRecording {
  readonly cpu: CpuRecording;
  readonly stats: readonly ProcessStat[];
  readonly gcEvents: readonly GcEvent[];
  /** Null if it was not sampled; `note` was called with the reason. */
  readonly heap: SamplingHeapProfile | null;
  readonly clock: ClockPair;
}

/** As Clinic takes them. */
const HEAP_INTERVAL_BYTES: Bytes = 128 * 1024;

/** One CPU window, and beside it what the three tools of Clinic want: process statistics, collections, allocations. */
export async function recordClinic(attachment: Attachment, options: RecordCpuOptions): Promise<ClinicRecording> {
  const { session } = attachment;
  const { note } = options;
  const heap = new AllocationRecorder(session, measureRoundTrip(options.clock));
  if (await mayCollect(attachment, options)) await heap.start({ intervalBytes: HEAP_INTERVAL_BYTES });
  else heap.leaveOut('to read them would pause the service for too long');
  const tracer = await GcTracer.start(session);
  if (tracer === null) note('Collections were not traced: this process offers no trace events, or traces already.');
  let events: readonly GcEvent[] = [];
  try {
    const stats = await ProcessStatsRecorder.start(session, CLINIC_STATS_MS);
    const moment = await readClocks(session);
    const cpu = await recordCpu(attachment, { ...options, isLast: false });
    const readings = await stats.stop();
    events = (await tracer?.stop()) ?? [];
    const allocated = await heap.read();
    if (allocated === null) note(`Allocations were not sampled: ${heap.leftOut ?? 'they could not be read'}.`);
    return { cpu, stats: readings, gcEvents: events, heap: allocated?.profile ?? null, clock: moment };
  } finally {
    // The rest is undone when the target is released: its cleanups, and with the connection its tracing.
    if (session.isOpen) await heap.discard().catch(() => {});
  }
}

async function mayCollect({ session, process }: Attachment, { maxPauseMs }: RecordCpuOptions): Promise<boolean> {
  const guard = new PauseGuard({ session, pid: process?.pid ?? null, maxPauseMs });
  return (await guard.judgeCollection()).verdict === 'go';
}
