import { AddonCpuRecorder } from '../capture/addons/addon-cpu-recorder.ts';
import type { HeapdumpBackend } from '../capture/addons/heapdump-snapshot.ts';
import { AllocationRecorder } from '../capture/allocation-recorder.ts';
import { COVERAGE_ENDS, collectsCoverage } from '../capture/collects-coverage.ts';
import { CpuRecorder, type CpuWindowRecorder } from '../capture/cpu-recorder.ts';
import { findLoadShedder, shedderWords, whyNoCpuProfile } from '../capture/find-load-shedder.ts';
import { OWN_PROFILER, profilesItself } from '../capture/own-cpu-profiler.ts';
import { PauseGuard } from '../capture/pause-guard.ts';
import { portableSampler } from '../capture/portable-process.ts';
import { ProcessSampler } from '../capture/process-sampler.ts';
import { QueryProbe, SLOW_QUERY_MS } from '../capture/query-probe.ts';
import { RuntimeProbe } from '../capture/runtime-probe.ts';
import { SnapshotRecorder, type SnapshotRecorderOptions } from '../capture/snapshot-recorder.ts';
import type { AddonChoice } from '../model/addon.ts';
import type { Clock } from '../model/clock.ts';
import type { Bytes, Microseconds, Milliseconds } from '../model/units.ts';
import { isAgent } from '../target/agent-door.ts';
import type { Attachment } from '../target/attachment.ts';
import { explainFailure } from '../target/explain-failure.ts';
import type { ProcessFacts } from '../target/process-facts.ts';
import type { InspectorSession } from '../target/session.ts';
import { cpuAddonOf, heapdumpOf, unlessLater } from './addon-backends.ts';
import type { LongPauses } from './long-pauses.ts';
import type { RunLog } from './run-log.ts';

export interface InstrumentOptions {
  readonly runId: string;
  readonly sampleMs: Milliseconds;
  readonly cpuIntervalUs: Microseconds;
  /** The user has said how the CPU is to be profiled. */
  readonly isCpuAsked?: boolean;
  readonly heapIntervalBytes: Bytes;
  readonly probes: boolean;
  /** Longest pause that a capture may take; null: what is usual at such a place. */
  readonly maxPauseMs: Milliseconds | null;
  /** Null or absent: the inspector records. */
  readonly cpuAddon?: AddonChoice | null;
  readonly heapAddon?: AddonChoice | null;
  readonly pauses: LongPauses;
  readonly clock: Clock;
  readonly log: RunLog;
}

/** All that looks into one life of the target. */
export interface Instruments {
  readonly attachment: Attachment;
  /** The process from outside on a host without /proc; else null: there it is watched however the connection fares. */
  readonly portable: ProcessSampler | null;
  readonly probe: RuntimeProbe;
  /** Null with `--no-probes`. */
  readonly queries: QueryProbe | null;
  readonly cpu: CpuWindowRecorder;
  readonly allocations: AllocationRecorder;
  readonly guard: PauseGuard;
  /** Collections and snapshots, on a session of their own. */
  readonly heapSession: InspectorSession;
  readonly snapshots: SnapshotRecorder;
  /** Null if the inspector takes them. */
  readonly heapdump: HeapdumpBackend | null;
}

/**
 * Starts every recording on a fresh attachment. What was begun is undone, and the target left, when a step fails (exit 3 or
 * 4).
 */
export async function setUpInstruments(
  attachment: Attachment,
  segment: number,
  options: InstrumentOptions & { readonly newEpoch: SnapshotRecorderOptions['newEpoch'] },
): Promise<Instruments> {
  const { clock, log, runId, newEpoch } = options;
  try {
    const { session } = attachment;
    const probe = await RuntimeProbe.install(session, { clock, httpProbes: options.probes });
    for (const missing of probe.unavailable)
      log.event({ type: 'note', detail: `not available inside the target: ${missing}` });
    const queries = options.probes ? await installQueries(session, log) : null;
    const cpuParts = { session, clock, measure: probe.measure, name: `${runId} ${segment}` };
    const cpuAddon = await unlessLater(segment, log, () => cpuAddonOf(attachment, options.cpuAddon));
    const cpu = cpuAddon === null ? new CpuRecorder(cpuParts) : new AddonCpuRecorder({ ...cpuParts, addon: cpuAddon });
    const pid = attachment.process?.pid ?? null;
    const guard = new PauseGuard({ session, pid, maxPauseMs: options.maxPauseMs });
    await startCpu(cpu, { ...options, session, guard, pid, isOwn: cpuAddon !== null });
    const allocations = new AllocationRecorder(session, probe.measure);
    // Of a sampling that the service does itself it is told after a collection.
    const mayAsk = await options.pauses.settle('heap-profile', async () => {
      // Hardly any service does: it is not added to the pauses of the run before it is one.
      return { ...(await guard.judgeCollection()), isLargeHeap: false };
    });
    if (mayAsk === null)
      allocations.leaveOut('reading what is sampled would pause the service for longer than is allowed');
    else {
      await allocations.start({ intervalBytes: options.heapIntervalBytes });
      noteLeftOut('allocations', allocations.leftOut, log);
    }
    const heapSession = await attachment.connect();
    const heapdump = await unlessLater(segment, log, () => heapdumpOf(attachment, heapSession, options.heapAddon));
    const snapshots = new SnapshotRecorder({
      backend: heapdump,
      isRelayed: heapdump === null && isAgent(attachment.inspector),
      session: heapSession,
      measure: probe.measure,
      newEpoch,
      pid,
      nodeMajor: Number(/^v(\d+)/.exec(attachment.facts.nodeVersion ?? '')?.[1] ?? 0),
      maxPauseMs: options.maxPauseMs,
    });
    const portable = await portableSampler(attachment, { intervalMs: options.sampleMs, clock });
    return { attachment, portable, probe, queries, cpu, allocations, guard, heapSession, snapshots, heapdump };
  } catch (error) {
    // While the connection still knows the reason.
    const explained = explainFailure(error, attachment);
    await attachment.detach();
    throw explained;
  }
}

/**
 * The longest pause of a run beside its snapshots: left out where it is too long, or would destroy what the service
 * measures.
 */
async function startCpu(
  cpu: CpuWindowRecorder,
  options: InstrumentOptions & {
    readonly session: InspectorSession;
    readonly guard: PauseGuard;
    readonly pid: number | null;
    /** A profiler of its own, separate from that of the inspector, so it destroys nothing. */
    readonly isOwn: boolean;
  },
): Promise<void> {
  const { session, guard, pid, pauses, log, cpuIntervalUs, isOwn } = options;
  if (!isOwn && (await collectsCoverage(session))) {
    pauses.refuse('cpu-start', COVERAGE_ENDS);
    return;
  }
  const shedder = await findLoadShedder(session).catch(() => null);
  if (shedder !== null) noteShedder(shedder, log);
  const why = options.isCpuAsked ? null : whyNoCpuProfile(shedder);
  if (why !== null) {
    pauses.refuse('cpu-start', why);
    return;
  }
  const estimatedPauseMs = await pauses.settle('cpu-start', () => guard.judgeCpuStart());
  if (estimatedPauseMs === null) return;
  if (!isOwn && (await profilesItself(session, async () => (await guard.judgeCollection()).verdict === 'go'))) {
    pauses.refuse('cpu-start', OWN_PROFILER);
    return;
  }
  const cost = await cpu.start({ intervalUs: cpuIntervalUs });
  log.event({ type: 'capture', capture: 'cpu-start', file: null, cost, bytes: 0, error: null, estimatedPauseMs });
  pauses.note('cpu-start', cost.pauseMs, pid);
}

function noteShedder(shedder: string, log: RunLog): void {
  const detail = shedderWords(shedder);
  log.event({ type: 'note', detail });
  log.say(detail);
}

/** Data of the service that an instrument would destroy is worth more than what the instrument measures. */
export function noteLeftOut(what: 'allocations', why: string | null, log: RunLog): void {
  if (why === null) return;
  const detail = `${what} not sampled: ${why}`;
  log.event({ type: 'note', detail });
  log.say(detail);
}

/** Queries are worth having; a program in which they cannot be seen is soaked without. */
async function installQueries(session: InspectorSession, log: RunLog): Promise<QueryProbe | null> {
  try {
    const queries = await QueryProbe.install(session, { slowMs: SLOW_QUERY_MS });
    for (const missing of queries.unavailable)
      log.event({ type: 'note', detail: `not available inside the target: ${missing}` });
    return queries;
  } catch (error) {
    log.event({ type: 'note', detail: `queries are not seen from inside: ${(error as Error).message}` });
    return null;
  }
}

/** Ends every recording and closes the inspector; what is gone already is no error. Returns what was left, as text. */
export async function takeDownInstruments({
  attachment,
  probe,
  queries,
  cpu,
  allocations,
  heapSession,
  heapdump,
}: Instruments): Promise<readonly string[]> {
  if (attachment.session.isOpen) {
    await Promise.allSettled([cpu.isRunning ? cpu.stop() : null, allocations.discard()]);
    await queries?.remove().catch(() => {});
    await probe.remove().catch(() => {});
    await heapdump?.remove().catch(() => {});
  }
  heapSession.disconnect();
  return (await attachment.detach()).problems;
}

/** The view from outside, which lives as long as the process does. */
export function watchFromOutside(
  facts: ProcessFacts,
  options: Pick<InstrumentOptions, 'sampleMs' | 'clock'>,
): ProcessSampler {
  return new ProcessSampler({
    pid: facts.pid,
    startTicks: facts.startTicks,
    intervalMs: options.sampleMs,
    clock: options.clock,
  });
}
