import type { Owner } from '../../cpu/frame-roles.ts';
import type { LongRunner } from '../../cpu/long-stretches.ts';
import type { OwnedWork } from '../../cpu/own-work.ts';
import type { Evidence, FindingSubject } from '../../model/finding.ts';
import { recommend } from '../../words/advice.ts';
import { NO_PROFILE } from '../../words/bottlenecks/sync-call.ts';
import * as say from '../../words/checks/hot-functions.ts';
import { functionWords } from '../../words/terms.ts';
import { blockingFunctions, type LateLoop, lateLoop } from '../blocking-functions.ts';
import { type Check, type CheckContext, type FindingDraft, found, insufficient } from '../check.ts';
import { findingId } from '../finding-id.ts';
import type { CpuWork } from '../run-data.ts';

/** One function with this share of the busy time is reported ... */
const HOT_SHARE = 0.2;
/** ... if it also takes this share of a core: in an idle service it does not matter. */
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
    if (!work || !top) return insufficient(NO_PROFILE);
    const loop = lateLoop(context);
    const blocking = blockingFunctions(work, loop).slice(0, SHOWN);
    const hot = work.owned
      .filter(({ us }) => us >= HOT_SHARE * work.busyUs && us >= HOT_OF_CORE * work.wallUs)
      .filter((one) => !blocking.some((other) => isSame(one, other)))
      .slice(0, SHOWN);
    const detail = say.most(functionWords(top), top.us / work.busyUs, top.us / work.wallUs);
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
  // Calls without a break between them look like one call. The delay of the loop is more exact.
  const ms = Math.min(runner.medianUs / 1000, loop?.medianMs ?? Number.POSITIVE_INFINITY);
  const own = work.owned.find((one) => isSame(one, runner));
  const file = context.run.manifest.cpuWindows.at(-1)?.file ?? null;
  return {
    ...draftOf(runner),
    severity: 'major',
    title: say.blockingTitle(functionWords(runner), ms),
    evidence: [
      { what: say.longStretches(runner.count, runner.longestUs, runner.totalUs / work.wallUs), file },
      ...(loop ? [{ what: say.lateLoop(loop.late, loop.of, loop.medianMs), file: 'samples.ndjson' }] : []),
      ...goesInto(work, runner, own, file),
    ],
    against: [],
    recommendation: recommend(
      'hot-function',
      { holder: runner.name, subject: functionWords(runner) },
      say.blockingGain(ms),
    ),
  };
}

function hotFinding(context: CheckContext, work: CpuWork, hot: OwnedWork): FindingDraft {
  const share = hot.us / work.busyUs;
  const file = context.run.manifest.cpuWindows.at(-1)?.file ?? null;
  const eachMs = work.requests ? hot.us / work.requests / 1000 : null;
  return {
    ...draftOf(hot),
    severity: 'minor',
    title: say.hotTitle(functionWords(hot), share, hot.us / work.wallUs),
    evidence: [{ what: say.withCalls(share, eachMs), file }, ...goesInto(work, hot, hot, file)],
    against: [say.AGAINST],
    recommendation: recommend('hot-function', { holder: hot.name, subject: functionWords(hot) }, say.hotGain(share)),
  };
}

/** Where the time of the function goes, when that is not the function itself. */
function goesInto(work: CpuWork, owner: Owner, own: OwnedWork | undefined, file: string | null): Evidence[] {
  const calls = work.calls.filter(({ caller, us }) => isSame(caller, owner) && us > (own?.us ?? 0) / 2);
  const [call] = calls;
  if (call) return [{ what: say.goesIntoCall(call.kind === 'json' ? null : call.call, call.line), file }];
  const callee = own?.callee;
  return callee ? [{ what: say.goesIntoFunction(callee.name, callee.place?.package || null), file }] : [];
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
