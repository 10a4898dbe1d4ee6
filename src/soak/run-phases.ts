import type { Clock } from '../model/clock.ts';
import type { PhaseName } from '../model/run-event.ts';
import type { Milliseconds } from '../model/units.ts';
import type { Captures } from './captures.ts';
import type { LoadDriver } from './load-driver.ts';
import { planClinicWindow } from './plan-clinic-window.ts';
import type { Checkpoint, PhasePlan } from './plan-phases.ts';
import type { RunLog } from './run-log.ts';
import type { Sampling } from './sampling.ts';
import type { SoakProgress } from './soak-progress.ts';
import type { TargetKeeper } from './target-keeper.ts';
import { wait } from './wait.ts';

export interface PhasesOptions {
  readonly plan: PhasePlan;
  readonly snapshots: number;
  readonly cpuWindowMs: Milliseconds;
  /** Null or absent: no window for Clinic. */
  readonly clinicWindowMs?: Milliseconds | null;
  readonly captures: Captures;
  readonly keeper: TargetKeeper;
  readonly load: LoadDriver | null;
  readonly sampling: Sampling;
  readonly progress: SoakProgress;
  readonly clock: Clock;
  readonly log: RunLog;
  readonly stop: AbortSignal;
}

/** Time for the last answers and promises to settle before a collection, once the load is paused. */
const SETTLE_MS = 300;
/** Without load of ours: this long without a request at the end counts as an idle tail. */
const IDLE_AFTER_MS = 5_000;
/** How long garbage is sampled at the end of the warm-up: later, live objects are compared and must not be lost. */
const LONGEST_BURST_MS = 5_000;
const BURST_SHARE = 0.4;
/** How long calls are counted: without optimised code the service is slower. */
const LONGEST_COUNT_MS = 3_000;
const COUNT_SHARE = 0.08;
/** A collection beside the running program keeps some garbage; the lowest of a few does not. */
const ENOUGH_COLLECTIONS = 3;

/**
 * Runs through warm-up, baseline, steady and idle tail. Captures lengthen the run: the planned times are times under
 * load, so that every interval between snapshots carries about the same number of requests. When stopped, what can
 * still be told is told: a last snapshot closes the last interval.
 */
export async function runPhases(options: PhasesOptions): Promise<void> {
  const { plan, captures, keeper, load, stop, snapshots } = options;
  await phase('warm-up', options, async () => {
    await load?.start();
    const burstMs = Math.min(LONGEST_BURST_MS, BURST_SHARE * plan.warmUpMs);
    await stay(plan.warmUpMs - burstMs, options);
    await captures.startBurst();
    await stay(burstMs, options);
    await captures.keepBurst();
    await captures.keepCpuWindow();
  });
  if (stop.aborted) return;
  await phase('baseline', options, async () => {
    await captures.keepWorkers('baseline', snapshots > 1);
    await load?.pause();
    await wait(SETTLE_MS, stop);
    await (snapshots > 0 ? captures.keepSnapshot('baseline') : captures.keepClassCounts());
    await captures.keepAllocations();
    keeper.noteDescriptors();
    if (!stop.aborted) await load?.resume();
  });
  await phase('steady', options, () => steady(options));
  if (plan.idleTailMs > 0 && !stop.aborted) {
    await phase('idle-tail', options, async () => {
      // Clients are closed as well: connections that the load keeps open would appear as sockets that are not closed.
      await load?.stop();
      await stay(plan.idleTailMs, options);
      if (snapshots > 1) await captures.keepWorkers('idle-tail');
      await (snapshots > 1 ? captures.keepSnapshot('idle-tail', { isLast: true }) : captures.keepClassCounts());
    });
  } else {
    const last = noteIdleTail(options) ? 'idle-tail' : 'steady';
    if (snapshots > 1) await captures.keepWorkers(last);
    await (snapshots > 1 ? captures.keepSnapshot(last, { isLast: true }) : captures.keepClassCounts());
  }
  await captures.keepAllocations();
  keeper.noteDescriptors();
}

async function steady(options: PhasesOptions): Promise<void> {
  const { plan, captures, load, stop, clock, cpuWindowMs, sampling } = options;
  let seenCollections = sampling.ownCollections;
  let loadedMs = 0;
  let windowMs = 0;
  let counting: Promise<void> | null = null;
  const clinic = clinicSteps(options);
  const marks: Checkpoint[] = [...plan.checkpoints, { atShare: 1, snapshot: false }];
  const middle = marks.find((mark) => mark.snapshot && isMiddle(mark)) ?? marks.find(isMiddle);
  for (const [index, mark] of marks.entries()) {
    const momentsLeft = marks.length - index;
    // CPU windows end when their time is over, before the next checkpoint.
    for (;;) {
      const toMarkMs = mark.atShare * plan.steadyMs - loadedMs;
      if (toMarkMs <= 0) break;
      const toClinicMs = (clinic[0]?.atMs ?? Number.POSITIVE_INFINITY) - loadedMs;
      const stepMs = Math.min(toMarkMs, Math.max(0, toClinicMs), Math.max(0, cpuWindowMs - windowMs));
      const startMonoMs = clock.monoMs();
      if (!(await stay(stepMs, options))) break;
      const passedMs = clock.monoMs() - startMonoMs;
      loadedMs += passedMs;
      windowMs += passedMs;
      if (windowMs >= cpuWindowMs) {
        await captures.keepCpuWindow();
        windowMs = 0;
      }
      if (loadedMs >= (clinic[0]?.atMs ?? Number.POSITIVE_INFINITY)) {
        // Calls are counted in code that is slower.
        await counting;
        await clinic.shift()?.act();
      }
    }
    await counting;
    if (stop.aborted) break;
    if (mark.snapshot) {
      await captures.clinic.keep();
      await snapshotUnderPause(options, {
        resume: mark.atShare < 1 || plan.idleTailMs === 0,
        count: mark === middle,
        momentsLeft,
      });
    } else if (mark.atShare === 1 && options.snapshots < 2) await countUnderPause(options);
    else if (mark.atShare < 1) {
      // The collections of the service itself show what lives as well, where there are some in each stretch.
      if (sampling.ownCollections - seenCollections < ENOUGH_COLLECTIONS) await captures.collect({ momentsLeft });
      seenCollections = sampling.ownCollections;
    }
    if (mark === middle && !stop.aborted) counting = countCalls(options);
  }
  await counting;
  await captures.clinic.keep();
  await load?.pause();
  await captures.keepCpuWindow();
}

/** What is to be done for Clinic, by the time under load. */
function clinicSteps({
  plan,
  clinicWindowMs,
  captures,
}: PhasesOptions): { readonly atMs: Milliseconds; readonly act: () => Promise<void> }[] {
  if (!clinicWindowMs) return [];
  const { fromMs, toMs } = planClinicWindow(plan, clinicWindowMs);
  return [
    { atMs: fromMs, act: () => captures.clinic.start() },
    { atMs: toMs, act: () => captures.clinic.keep() },
  ];
}

/** Away from the first and from the last CPU window, which are compared. */
function isMiddle({ atShare }: Checkpoint): boolean {
  return atShare >= 0.3 && atShare < 0.8;
}

/**
 * For some seconds, beside the load; begun with the snapshot before, where there is one. Ends before the next checkpoint.
 */
async function countCalls({ captures, stop, plan }: PhasesOptions): Promise<void> {
  if (!captures.isCounting) await captures.startCounting();
  await wait(Math.min(LONGEST_COUNT_MS, COUNT_SHARE * plan.steadyMs), stop);
  await captures.keepCounts();
}

async function snapshotUnderPause(
  { captures, load, stop }: PhasesOptions,
  { resume, count, momentsLeft }: { readonly resume: boolean; readonly count: boolean; readonly momentsLeft: number },
): Promise<void> {
  await captures.keepWorkers('steady');
  await load?.pause();
  await wait(SETTLE_MS, stop);
  // Where nobody sends requests, ids cost next to nothing, and tell what outlives the idle tail object by object.
  await captures.keepSnapshot('steady', { keepIds: !resume, momentsLeft });
  // To begin costs a pause: while no request waits.
  if (count && resume) await captures.startCounting();
  if (resume && !stop.aborted) await load?.resume();
}

/** Without snapshots: classes counted at the end of the load tell growth from what the idle tail releases. */
async function countUnderPause({ captures, load, stop }: PhasesOptions): Promise<void> {
  await load?.pause();
  await wait(SETTLE_MS, stop);
  await captures.keepClassCounts();
}

/** Where the load is not ours, the idle tail is the time at the end in which no request came, if there is any. */
function noteIdleTail({ sampling, log, clock, load }: PhasesOptions): boolean {
  const since = sampling.lastRequestMonoMs;
  if (load || since === null || clock.monoMs() - since < IDLE_AFTER_MS) return false;
  log.event({ type: 'phase', phase: 'idle-tail', edge: 'start' }, since);
  log.event({ type: 'phase', phase: 'idle-tail', edge: 'end' });
  return true;
}

async function phase(name: PhaseName, { log, progress }: PhasesOptions, run: () => Promise<void>): Promise<void> {
  progress.enter(name);
  log.event({ type: 'phase', phase: name, edge: 'start' });
  try {
    await run();
  } finally {
    log.event({ type: 'phase', phase: name, edge: 'end' });
  }
}

async function stay(durationMs: Milliseconds, { stop, progress }: PhasesOptions): Promise<boolean> {
  progress.plan(durationMs);
  return await wait(durationMs, stop);
}
