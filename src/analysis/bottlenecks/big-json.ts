import * as say from '../../words/bottlenecks/big-json.ts';
import { NO_PROFILE } from '../../words/bottlenecks/sync-call.ts';
import { functionWords } from '../../words/terms.ts';
import { findingId } from '../finding-id.ts';
import type { CpuWork } from '../run-data.ts';
import { answerTraits, type NamedTraits } from './answer-traits.ts';
import { type CallerWork, callsByCaller, isNamedBy, sourceAt } from './calls-by-caller.ts';
import { type BottleneckDraft, type Rule, seen, unseen } from './rule.ts';

const LEAST_OF_BUSY = 0.15;
const LEAST_OF_TIME = 0.03;
/** JSON of small bodies is what a service is for; it is big when it takes a millisecond, or when the bodies are big. */
const BIG_MS = 1;
const BIG_BYTES = 50_000;

/** Time in `JSON.parse` and `JSON.stringify`, found by the lines that call them. */
export const bigJson: Rule = {
  rule: 'big-json',
  run(context) {
    const { work, manifest } = context.run;
    if (!work || work.busyUs <= 0) return unseen(NO_PROFILE);
    const callers = callsByCaller(work.calls, 'json');
    const allUs = callers.reduce((sum, { us }) => sum + us, 0);
    const detail = say.looked(allUs / work.busyUs);
    const biggest = answerTraits(context)
      .filter(({ jsonAnswers }) => jsonAnswers > 0)
      .sort((a, b) => b.meanBytes - a.meanBytes)[0];
    const isBig = (us: number): boolean =>
      (biggest?.meanBytes ?? 0) >= BIG_BYTES || (work.requests !== null && us / work.requests >= BIG_MS * 1000);
    const drafts = callers
      .filter(({ us }) => us >= LEAST_OF_BUSY * work.busyUs && us >= LEAST_OF_TIME * work.wallUs && isBig(us))
      .filter(({ caller }) => !isNamedBy(context.findings, caller))
      .slice(0, 2)
      .map((one) => draftOf(one, work, biggest, manifest.cpuWindows.at(-1)?.file ?? null));
    return seen(drafts, detail);
  },
};

function draftOf(
  { caller, us, line }: CallerWork,
  work: CpuWork,
  biggest: NamedTraits | undefined,
  file: string | null,
): BottleneckDraft {
  const who = functionWords(caller);
  const share = us / work.busyUs;
  const eachMs = work.requests ? us / work.requests / 1000 : null;
  const size = biggest && biggest.meanBytes >= BIG_BYTES ? biggest : null;
  return {
    id: findingId('big-json', caller.name, caller.place.file),
    confidence: 'likely',
    title: say.title(who, share),
    request: size?.name ?? null,
    source: sourceAt(caller, line),
    package: caller.place.package,
    evidence: [
      { what: say.timeOnLines(who, share, eachMs), file },
      ...(size ? [{ what: say.sizeOfAnswers(size.name, size.meanBytes), file: 'requests.ndjson' }] : []),
    ],
    against: [say.AGAINST],
    gain: say.gain(share),
    recommendation: say.ADVICE,
    check: say.CHECK,
    weight: us / work.wallUs,
  };
}
