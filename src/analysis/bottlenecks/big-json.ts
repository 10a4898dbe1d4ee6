import { formatBytes } from '../../model/units.ts';
import { figure, percent } from '../../words/figures.ts';
import { code, functionWords } from '../../words/terms.ts';
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
  name: 'JSON of big bodies',
  run(context) {
    const { work, manifest } = context.run;
    if (!work || work.busyUs <= 0) return unseen('no CPU profile was taken');
    const callers = callsByCaller(work.calls, 'json');
    const allUs = callers.reduce((sum, { us }) => sum + us, 0);
    const detail = `${percent(allUs / work.busyUs)} of the busy time is on lines that parse or write JSON`;
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
  const share = us / work.busyUs;
  const size = biggest && biggest.meanBytes >= BIG_BYTES ? biggest : null;
  return {
    id: findingId('big-json', caller.name, caller.place.file),
    confidence: 'likely',
    title: `Parsing or writing JSON in ${functionWords(caller)} takes ${percent(share)} of the busy time.`,
    request: size?.name ?? null,
    source: sourceAt(caller, line),
    package: caller.place.package,
    evidence: [
      {
        what: `${percent(share)} of the busy time is on lines below ${functionWords(caller)} that call ${code('JSON.parse')} or ${code('JSON.stringify')}${work.requests ? `, ${figure(us / work.requests / 1000)} ms a request on average` : ''}.`,
        file,
      },
      ...(size
        ? [
            {
              what: `The answers of ${code(size.name)} have ${formatBytes(size.meanBytes)} of JSON each on average.`,
              file: 'requests.ndjson',
            },
          ]
        : []),
    ],
    against: ['Other work that stands on the same line is counted with it.'],
    gain: `Up to ${percent(share)} of the busy time, and as much less waiting for all other requests: JSON is never interrupted.`,
    recommendation:
      'Send fewer fields or fewer rows a request, keep the text of what is sent often instead of writing it anew, or write large answers as a stream, row by row. A serialiser made from a schema is faster, but still blocks.',
    check: `In the next run the line should take a smaller share, and the size of the answers should be smaller.`,
    weight: us / work.wallUs,
  };
}
