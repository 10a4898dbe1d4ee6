import { breakingFinding, breakingInterval, capacityCurve } from '../analysis/breaking-point.ts';
import { whatGaveWay } from '../analysis/gave-way.ts';
import { judgeStage } from '../analysis/stage-judge.ts';
import { type Load, startLoad } from '../load/load-client.ts';
import type { LoadTotals } from '../load/load-messages.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT, type ExitCode } from '../model/exit-codes.ts';
import type { RequestInterval } from '../model/requests.ts';
import type { LevelUnit, StressReport, StressStage } from '../model/stress-report.ts';
import { formatCount, type Milliseconds } from '../model/units.ts';
import type { Scenario, StressPlan } from '../scenario/scenario.ts';
import { type LoadStatus, loadStatusOf } from './load-status.ts';
import { SEED } from './run-load.ts';
import { type HeldStage, stageFacts } from './stage-facts.ts';
import type { TargetWatch } from './target-watch.ts';

export interface RunStressOptions {
  readonly scenario: Scenario;
  readonly plan: StressPlan;
  readonly baseUrl: string | null;
  readonly workers: number;
  /** Null: the target is not watched. */
  readonly watch: TargetWatch | null;
  readonly stop: AbortSignal;
  readonly onStatus: (status: LoadStatus, level: number) => void;
  readonly onStage: (stage: StressStage) => void;
  readonly say: (text: string) => void;
}

/** Good and bad level this near to each other are near enough. */
const NEAR_ENOUGH = 0.05;
const MOST_BISECTIONS = 4;
/** A level that broke is tried again; where the two disagree, once more. */
const MOST_TRIES = 3;
/** How long the service may recover at the lowest level after a break. */
const RECOVERY_MS: Milliseconds = 10_000;

/**
 * Raises the load level by level until the service breaks, narrows the level down by halving, and reports what reached its
 * limit. Throws a ProfilerError: exit 2 for what cannot be driven, 5 when the load process died.
 */
export async function runStress(options: RunStressOptions): Promise<{ report: StressReport; exitCode: ExitCode }> {
  const { plan, scenario, stop } = options;
  const search = await startSearch(options);
  try {
    let good: number | null = null;
    let bad: number | null = null;
    for (const level of levelsOf(plan)) {
      if (stop.aborted || search.isSpoilt()) break;
      if (await search.holds(level)) {
        good = level;
        continue;
      }
      bad = level;
      break;
    }
    for (let i = 0; i < MOST_BISECTIONS && good !== null && bad !== null && !stop.aborted && !search.isSpoilt(); i++) {
      const middle: number = Math.round((good + bad) / 2);
      if (middle === good || middle === bad || bad - good <= NEAR_ENOUGH * bad) break;
      await search.recover(plan.from);
      if (await search.holds(middle)) good = middle;
      else bad = middle;
    }
  } finally {
    await search.end();
  }
  const unit: LevelUnit = scenario.load.model === 'closed' ? 'users' : 'arrivals/s';
  const report = buildReport(scenario.name, unit, plan, search.stages, stop.aborted);
  return { report, exitCode: exitCodeOf(report, stop.aborted) };
}

function levelsOf({ from, to, step }: StressPlan): number[] {
  const levels: number[] = [];
  for (let level = from; level < to; level += step) levels.push(level);
  return [...levels, to];
}

interface Search {
  readonly stages: readonly StressStage[];
  /** Holds a level; where it breaks, again: the majority counts. */
  readonly holds: (level: number) => Promise<boolean>;
  readonly recover: (level: number) => Promise<void>;
  /** To continue would say nothing about the target: the generator reached its limit, or the target is gone. */
  readonly isSpoilt: () => boolean;
  readonly end: () => Promise<void>;
}

async function startSearch(options: RunStressOptions): Promise<Search> {
  const { scenario, plan, watch, stop } = options;
  const stages: StressStage[] = [];
  const recorder = new IntervalRecorder(options);
  const load = await startLoad({
    scenario: {
      ...scenario,
      load: { ...scenario.load, stages: [{ level: plan.from, durationMs: null }], durationMs: null },
    },
    ...(options.baseUrl === null ? {} : { baseUrl: options.baseUrl }),
    seed: SEED,
    workers: options.workers,
    // Several to each window of a stage.
    intervalMs: Math.min(1000, Math.max(100, plan.holdMs / 12)),
    onInterval: (intervals, totals) => recorder.add(intervals, totals),
    onError: (name, kind) => options.say(`request ${name} fails: ${kind}`),
  });
  await load.start();
  const startedMs = performance.now();

  const hold = async (level: number): Promise<StressStage> => {
    recorder.level = level;
    await load.setLevel(level);
    await pause(settleMs(scenario, plan), stop);
    const from = recorder.mark();
    const at = performance.now() - startedMs;
    await pause(plan.holdMs, stop, () => watch?.isLost() ?? false);
    const held: HeldStage = {
      level,
      startedMs: at,
      workers: options.workers,
      ...recorder.since(from),
      samples: samplesOf(watch, from),
      isTargetLost: watch?.isLost() ?? false,
    };
    const facts = stageFacts(held, scenario.thresholds, scenario.load.model === 'open');
    const lower = stages.filter(({ broke }) => broke.length === 0);
    const stage = judgeStage(facts, lower);
    // A stage that was cut short by Ctrl-C says nothing.
    if (!stop.aborted) {
      stages.push(stage);
      options.onStage(stage);
    }
    return stage;
  };
  const isSpoilt = (): boolean => (stages.at(-1)?.isDoubtful ?? false) || (watch?.isLost() ?? false);
  const recover = async (level: number): Promise<void> => {
    recorder.level = level;
    await load.setLevel(level);
    await pause(RECOVERY_MS, stop, () => (load.totals()?.inFlight ?? 0) <= level);
  };
  return {
    stages,
    isSpoilt,
    recover,
    holds: async (level) => {
      let held = 0;
      let broke = 0;
      for (let tries = 0; tries < MOST_TRIES && held < 2 && broke < 2; tries++) {
        if (tries > 0) await recover(plan.from);
        const stage = await hold(level);
        if (stop.aborted || watch?.isLost()) return false;
        if (stage.isDoubtful) continue;
        if (stage.broke.length === 0) held++;
        else broke++;
        // What holds at once holds; what breaks is tried again.
        if (held === 1 && broke === 0) break;
      }
      return held > broke;
    },
    end: async () => void (await endLoad(load)),
  };
}

async function endLoad(load: Load): Promise<void> {
  const end = await Promise.race([load.ended, load.stop().then(() => null)]);
  if (end?.reason === 'lost') {
    throw new ProfilerError('load-lost', EXIT.notEnoughData, `the load process is gone: ${end.detail}`);
  }
}

/** New users come spread over one think time and set themselves up first. */
function settleMs({ load }: Scenario, { holdMs }: StressPlan): Milliseconds {
  return Math.max(1500, holdMs / 4, load.model === 'closed' ? 1.5 * load.thinkTime.maxMs : 0);
}

function samplesOf(watch: TargetWatch | null, { monoMs }: { readonly monoMs: number }): HeldStage['samples'] {
  return watch?.samples.filter((sample) => sample.monoMs >= monoMs) ?? [];
}

/** Ends early on Ctrl-C, or when `isEnough` says so. */
async function pause(
  durationMs: Milliseconds,
  stop: AbortSignal,
  isEnough: () => boolean = () => false,
): Promise<void> {
  const endMs = performance.now() + durationMs;
  while (performance.now() < endMs && !stop.aborted && !isEnough()) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(100, endMs - performance.now())));
  }
}

interface Mark {
  readonly index: number;
  readonly monoMs: number;
  readonly totals: LoadTotals | null;
}

/** The intervals of the load since a moment, as whole ones. */
class IntervalRecorder {
  level = 0;
  readonly #options: RunStressOptions;
  #intervals: RequestInterval[] = [];
  #totals: LoadTotals | null = null;

  constructor(options: RunStressOptions) {
    this.#options = options;
  }

  add(intervals: readonly RequestInterval[], totals: LoadTotals): void {
    this.#intervals.push(...intervals);
    this.#options.onStatus(loadStatusOf(totals, this.#totals), this.level);
    this.#totals = totals;
  }

  /** What came before is not needed any more. */
  mark(): Mark {
    this.#intervals = [];
    return { index: 0, monoMs: this.#totals?.atMonoMs ?? 0, totals: this.#totals };
  }

  since({ totals }: Mark): Pick<HeldStage, 'intervals' | 'before' | 'after'> {
    if (!this.#totals || !totals) {
      throw new ProfilerError('load-silent', EXIT.notEnoughData, 'the load process reported nothing');
    }
    return { intervals: this.#intervals, before: totals, after: this.#totals };
  }
}

function buildReport(
  scenario: string,
  unit: LevelUnit,
  { atLeast }: StressPlan,
  stages: readonly StressStage[],
  isStopped: boolean,
): StressReport {
  const isLimited = stages.at(-1)?.isDoubtful ?? false;
  const own = isLimited ? stages.slice(0, -1) : stages;
  const breakingPoint = breakingInterval(own);
  const finding = breakingFinding(breakingPoint, own, unit);
  const { from, to } = breakingPoint;
  const outcome = to !== null ? 'broke' : isLimited ? 'generator-limited' : isStopped ? 'stopped' : 'held';
  return {
    schema: 'profiler-stress/1',
    scenario,
    unit,
    outcome,
    breakingPoint,
    curve: capacityCurve(stages, unit),
    gaveWay: outcome === 'generator-limited' ? limitOf(stages) : whatGaveWay(own, to),
    stages,
    findings: finding === null ? [] : [finding],
    gates:
      atLeast === null
        ? []
        : [
            {
              name: 'capacity',
              limit: `>=${formatCount(atLeast)} ${unit}`,
              measured: from,
              unit,
              status: (from ?? 0) >= atLeast ? 'pass' : to !== null ? 'fail' : 'unknown',
            },
          ],
  };
}

function limitOf(stages: readonly StressStage[]): StressReport['gaveWay'] {
  const last = stages.at(-1);
  return last ? { resource: 'generator', level: last.level, detail: last.generatorLimits.join('; ') } : null;
}

function exitCodeOf({ gates, stages, outcome }: StressReport, isStopped: boolean): ExitCode {
  if (isStopped) return EXIT.stoppedByUser;
  if (gates.some(({ status }) => status === 'fail')) return EXIT.gateFailed;
  const isUnknown = outcome === 'generator-limited' || gates.some(({ status }) => status === 'unknown');
  if (
    isUnknown ||
    stages.every(({ errorShare, throughputPerSecond }) => errorShare === 1 || throughputPerSecond === 0)
  ) {
    return EXIT.notEnoughData;
  }
  return EXIT.passed;
}
