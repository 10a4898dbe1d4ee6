import { LongStretches } from '../cpu/long-stretches.ts';
import { type TimeRange, WindowMerge } from '../cpu/merge-windows.ts';
import { OwnWork } from '../cpu/own-work.ts';
import { profileNodes } from '../cpu/profile-nodes.ts';
import { sampleSpans } from '../cpu/sample-spans.ts';
import { scriptPath } from '../cpu/script-paths.ts';
import { withoutCaptures } from '../cpu/without-captures.ts';
import { rethrowStorage } from '../files/storage-error.ts';
import type { PlaceOf } from '../model/profiles.ts';
import { answeredRequests } from '../model/request-count.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { CpuWindowRecord, ScriptRecord } from '../model/run-manifest.ts';
import type { MonoMs } from '../model/units.ts';
import { readCpuProfile } from '../record/read-profiles.ts';
import type { Run } from '../record/read-run.ts';
import type { CpuStretch, CpuSummary } from './document/cpu-pages.ts';

/** A night has some fifty windows; more than this are thinned evenly, the first and the last always kept. */
const MOST_WINDOWS = 60;

/** What the CPU windows of the steady phase saw; null if none can be read. What cannot be read is passed to `note`. */
export async function readCpu(run: Run, placeOf: PlaceOf, note: (text: string) => void): Promise<CpuSummary | null> {
  const captures = captureTimes(run.events);
  // One window at a time: those of a night together take more than a gigabyte.
  const whole = new WindowMerge();
  const work = new OwnWork(placeOf, jsonLinesOf(run.manifest.scripts));
  const long = new LongStretches(placeOf);
  const stretches: CpuStretch[] = [];
  for (const record of thin(steadyWindows(run), MOST_WINDOWS)) {
    try {
      const profile = withoutCaptures(await readCpuProfile(run, record), captures);
      const spans = sampleSpans(profile);
      const nodes = profileNodes(profile, spans);
      const { startMonoMs, endMonoMs } = record;
      const own = new WindowMerge();
      own.add(profile, spans);
      stretches.push({ startMonoMs, endMonoMs, requests: requestsIn(run, record), tree: own.tree() });
      whole.add(profile, spans);
      work.add(nodes);
      long.add(nodes);
    } catch (error) {
      rethrowStorage(error);
      note(`${record.file} was left out: ${(error as Error).message}`);
    }
  }
  const [first, ...later] = stretches;
  if (!first) return null;
  return {
    whole: whole.tree(),
    stretches,
    first,
    last: later.at(-1) ?? null,
    work: { ...work.sums(), requests: sumOf(stretches.map(({ requests }) => requests)), longRunners: long.runners() },
  };
}

function requestsIn({ samples }: Run, { requests, startMonoMs }: CpuWindowRecord): number | null {
  const before = answeredRequests(samples, startMonoMs);
  return requests === null || before === null ? null : Math.max(0, requests - before);
}

function sumOf(counts: readonly (number | null)[]): number | null {
  return counts.reduce<number | null>((sum, one) => (sum === null || one === null ? null : sum + one), 0);
}

function jsonLinesOf(scripts: readonly ScriptRecord[]): (url: string) => ReadonlySet<number> {
  // A script that was translated while it was loaded ran with other lines than its file has.
  const usable = scripts.filter(({ url, mapFile }) => mapFile === null || !/\.[cm]?tsx?$/.test(url));
  const lines = new Map(usable.map(({ url, jsonLines }) => [scriptPath(url), new Set(jsonLines)]));
  const none: ReadonlySet<number> = new Set();
  return (url) => lines.get(scriptPath(url)) ?? none;
}

/** Windows in the steady phase of the last life of the target; all windows if the run never reached that phase. */
function steadyWindows({ manifest, events }: Run): readonly CpuWindowRecord[] {
  const lastSegment = manifest.cpuWindows.at(-1)?.segment;
  const windows = manifest.cpuWindows.filter((record) => record.segment === lastSegment);
  const [fromMs, toMs] = steadyPhase(events);
  const steady = windows.filter((record) => middle(record) >= fromMs && middle(record) <= toMs);
  return steady.length > 0 ? steady : windows;
}

function steadyPhase(events: readonly RunEvent[]): readonly [MonoMs, MonoMs] {
  const edge = (which: 'start' | 'end'): MonoMs | undefined =>
    events.find((event) => event.type === 'phase' && event.phase === 'steady' && event.edge === which)?.monoMs;
  return [edge('start') ?? Number.NEGATIVE_INFINITY, edge('end') ?? Number.POSITIVE_INFINITY];
}

/** A shorter stall shows in one sample or two. */
const FELT_MS = 20;

/** When captures of ours held up the main thread, on V8's clock, which is the host's. */
function captureTimes(events: readonly RunEvent[]): readonly TimeRange[] {
  return events.flatMap((event) => {
    if (event.type !== 'capture' || event.capture === 'call-counts' || event.cost.pauseMs < FELT_MS) return [];
    return [{ fromUs: 1000 * event.cost.startMonoMs, toUs: 1000 * event.cost.endMonoMs }];
  });
}

function middle({ startMonoMs, endMonoMs }: CpuWindowRecord): MonoMs {
  return (startMonoMs + endMonoMs) / 2;
}

function thin<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  return Array.from(
    { length: most },
    (_, index) => items[Math.round((index * (items.length - 1)) / (most - 1))] as Item,
  );
}
