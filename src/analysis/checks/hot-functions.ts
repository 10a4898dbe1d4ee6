import type { HotFunction } from '../../model/report-document.ts';
import { median } from '../../stats/order-statistics.ts';
import { type Check, type CheckContext, type FindingDraft, found, insufficient } from '../check.ts';
import { findingId } from '../finding-id.ts';
import { recommend } from '../recommendations.ts';
import { verifyLine } from '../verify-line.ts';
import { code, percent } from '../words.ts';

/** One function with so much of the busy time is worth a look. */
const HOT_SHARE = 0.2;
const SHOWN = 3;
/** A loop that is held up this long, most of the time, makes every request wait. */
const BLOCKED_MS = 50;

/** Where does the CPU time go? Not a fault by itself: it says where work would pay. */
export const hotFunctions: Check = {
  name: 'hot functions',
  run(context) {
    const { cpu } = context.run;
    if (!cpu || cpu.hotFunctions.length === 0) return insufficient('no CPU profile was taken');
    const hot = cpu.hotFunctions.filter(({ selfShare }) => selfShare >= HOT_SHARE);
    const top = cpu.hotFunctions[0];
    const detail = top ? `${code(top.name)} has most self time, ${percent(top.selfShare)} of the busy time` : '';
    return found(
      hot
        .filter((each) => isNamed(each, cpu.hotFunctions) || isBlocked(context))
        .slice(0, SHOWN)
        .map((each) => hotFinding(context, each, cpu.hotFunctions)),
      detail,
    );
  },
};

function hotFinding(context: CheckContext, hot: HotFunction, all: readonly HotFunction[]): FindingDraft {
  const caller = isOwn(hot) ? hot : (nearestOwnCaller(hot, all) ?? hot);
  const { place } = caller;
  const loopMs = medianLoopDelay(context);
  const blocks = isBlocked(context);
  const name = caller === hot ? hot.name : `${hot.name} from ${caller.name}`;
  const file = context.run.manifest.cpuWindows.at(-1)?.file ?? null;
  return {
    id: findingId('hot-function', hot.name, place?.file ?? ''),
    kind: 'hot-function',
    confidence: 'confirmed',
    severity: blocks ? 'major' : 'minor',
    title: blocks
      ? `${code(name)} takes ${percent(hot.selfShare)} of the busy time, and the event loop waits for it.`
      : `${code(name)} takes ${percent(hot.selfShare)} of the busy time.`,
    subject: {
      class: hot.name,
      holder: caller === hot ? `function ${hot.name}` : `called from ${caller.name}`,
      path: [],
      source: place && { file: place.file, line: place.line, column: place.column, function: place.function },
      package: place?.package ?? null,
    },
    growth: null,
    evidence: [
      {
        what: `Self time ${percent(hot.selfShare)}, with all it calls ${percent(hot.totalShare)} of the busy time.`,
        file,
      },
      ...(loopMs === null
        ? []
        : [
            {
              what: `Event-loop delay under load (median of the 99th percentiles): ${Math.round(loopMs)} ms.`,
              file: 'samples.ndjson',
            },
          ]),
    ],
    against: blocks ? [] : ['A hot function is no fault by itself: it may be what the service is for.'],
    recommendation: recommend('hot-function', { holder: caller.name, subject: code(name) }),
    verify: verifyLine(context),
  };
}

/** Native code whose caller is unknown is worth a word only where the event loop waits for it. */
function isNamed(hot: HotFunction, all: readonly HotFunction[]): boolean {
  return hot.place !== null || nearestOwnCaller(hot, all) !== null;
}

function isBlocked(context: CheckContext): boolean {
  return (medianLoopDelay(context) ?? 0) >= BLOCKED_MS;
}

function isOwn({ place }: HotFunction): boolean {
  return place !== null && place.package === null && !place.file.startsWith('node:');
}

/** Of the application's functions that spend at least as long, the one that spends least: most likely its caller. */
function nearestOwnCaller(hot: HotFunction, all: readonly HotFunction[]): HotFunction | null {
  const callers = all.filter((each) => isOwn(each) && each.totalUs >= 0.95 * hot.totalUs);
  return callers.sort((a, b) => a.totalUs - b.totalUs)[0] ?? null;
}

function medianLoopDelay({ trends }: CheckContext): number | null {
  const points = trends.points('loop.delay.p99');
  return points.length === 0 ? null : median(points.map(({ y }) => y));
}
