import type { Owner } from '../../cpu/frame-roles.ts';
import type { LongRunner } from '../../cpu/long-stretches.ts';
import type { OwnedWork } from '../../cpu/own-work.ts';
import type { Evidence, FindingSubject } from '../../model/finding.ts';
import { recommend } from '../../words/advice.ts';
import { figure, percent } from '../../words/figures.ts';
import { capital, code, functionWords } from '../../words/terms.ts';
import { blockingFunctions, type LateLoop, lateLoop } from '../blocking-functions.ts';
import { type Check, type CheckContext, type FindingDraft, found, insufficient } from '../check.ts';
import { findingId } from '../finding-id.ts';
import type { CpuWork } from '../run-data.ts';

/** One function with so much of the busy time is worth a look ... */
const HOT_SHARE = 0.2;
/** ... if it is so much of a core, too: in a service that is hardly busy it is nobody's concern. */
const HOT_OF_CORE = 0.15;
const SHOWN = 2;

/**
 * Which function holds the event loop, and where would work pay? Time is booked on the application's own functions,
 * with what they make packages and Node do; sending and receiving is left out, since nobody can save it.
 */
export const hotFunctions: Check = {
  name: 'hot functions',
  run(context) {
    const { work } = context.run;
    const top = work?.owned[0];
    if (!work || !top) return insufficient('no CPU profile was taken');
    const loop = lateLoop(context);
    const blocking = blockingFunctions(work, loop).slice(0, SHOWN);
    const hot = work.owned
      .filter(({ us }) => us >= HOT_SHARE * work.busyUs && us >= HOT_OF_CORE * work.wallUs)
      .filter((one) => !blocking.some((other) => isSame(one, other)))
      .slice(0, SHOWN);
    const detail = `${functionWords(top)} has most of the time, ${percent(top.us / work.busyUs)} of the busy time and ${percent(top.us / work.wallUs)} of a core`;
    return found(
      [
        ...blocking.map((runner) => blockingFinding(context, work, runner, loop)),
        ...hot.map((one) => hotFinding(context, work, one)),
      ],
      detail,
    );
  },
};

function blockingFinding(
  context: CheckContext,
  work: CpuWork,
  runner: LongRunner,
  loop: LateLoop | null,
): FindingDraft {
  // Calls that follow each other without a break look like one: the loop itself knows better how late it was.
  const ms = figure(Math.min(runner.medianUs / 1000, loop?.medianMs ?? Number.POSITIVE_INFINITY));
  const own = work.owned.find((one) => isSame(one, runner));
  const file = context.run.manifest.cpuWindows.at(-1)?.file ?? null;
  return {
    ...draftOf(runner),
    severity: 'major',
    title: `${capital(functionWords(runner))} holds the event loop for ${ms} ms at a time; every other request waits meanwhile.`,
    evidence: [
      {
        what: `It ran ${runner.count} times for 50 ms or more without a break, the longest ${figure(runner.longestUs / 1000)} ms (calls that follow each other without a break count as one): ${percent(runner.totalUs / work.wallUs)} of all time.`,
        file,
      },
      ...(loop
        ? [
            {
              what: `The event loop was late by 50 ms or more in ${loop.late} of ${loop.of} samples under load, by ${figure(loop.medianMs)} ms in the median of them.`,
              file: 'samples.ndjson',
            },
          ]
        : []),
      ...goesInto(work, runner, own, file),
    ],
    against: [],
    recommendation: recommend(
      'hot-function',
      { holder: runner.name, subject: functionWords(runner) },
      `Expected gain: other requests no longer wait ${ms} ms and more for it.`,
    ),
  };
}

function hotFinding(context: CheckContext, work: CpuWork, hot: OwnedWork): FindingDraft {
  const share = hot.us / work.busyUs;
  const file = context.run.manifest.cpuWindows.at(-1)?.file ?? null;
  const each = work.requests ? `, ${figure(hot.us / work.requests / 1000)} ms a request on average` : '';
  return {
    ...draftOf(hot),
    severity: 'minor',
    title: `${capital(functionWords(hot))} takes ${percent(share)} of the busy time, ${percent(hot.us / work.wallUs)} of a core.`,
    evidence: [
      {
        what: `With the packages and the native code that it calls: ${percent(share)} of the busy time${each}.`,
        file,
      },
      ...goesInto(work, hot, hot, file),
    ],
    against: ['A hot function is no fault by itself: it may be what the service is for.'],
    recommendation: recommend(
      'hot-function',
      { holder: hot.name, subject: functionWords(hot) },
      `Expected gain: half of its cost is ${percent(share / 2)} of the CPU of the service.`,
    ),
  };
}

/** Where the time of the function goes, when that is not the function itself. */
function goesInto(work: CpuWork, owner: Owner, own: OwnedWork | undefined, file: string | null): Evidence[] {
  const calls = work.calls.filter(({ caller, us }) => isSame(caller, owner) && us > (own?.us ?? 0) / 2);
  const [call] = calls;
  if (call) {
    const what = call.kind === 'json' ? 'a line that parses or writes JSON' : `the synchronous call ${code(call.call)}`;
    return [{ what: `Most of it goes into ${what} (line ${call.line}).`, file }];
  }
  const callee = own?.callee;
  if (!callee) return [];
  const of = callee.place?.package ? ` of ${code(callee.place.package)}` : '';
  return [{ what: `Most of it goes into ${code(callee.name)}${of}.`, file }];
}

function draftOf({ name, place }: Owner): Pick<FindingDraft, 'id' | 'kind' | 'confidence' | 'subject' | 'growth'> {
  const source: FindingSubject['source'] = {
    file: place.file,
    line: place.line,
    column: place.column,
    function: place.function,
  };
  return {
    id: findingId('hot-function', name, place.file),
    kind: 'hot-function',
    confidence: 'confirmed',
    subject: { class: name, holder: `function ${name}`, path: [], source, package: place.package },
    growth: null,
  };
}

function isSame(a: Owner, b: Owner): boolean {
  return a.name === b.name && a.place.file === b.place.file && a.place.line === b.place.line;
}
