import { type Check, type CheckContext, type FindingDraft, found, insufficient } from '../check.ts';
import { findingId } from '../finding-id.ts';
import { recommend } from '../recommendations.ts';
import { verifyLine } from '../verify-line.ts';
import { code, percent } from '../words.ts';

/** Collections that take more than a tenth of the time are worth a word, a quarter hurts. */
const WORTH_A_WORD = 0.1;
const HURTS = 0.25;

/** How much of the time goes into collecting garbage? */
export const gcShare: Check = {
  name: 'garbage collection',
  run(context) {
    const entry = context.trends.judge('gc.share');
    if (!entry) return insufficient('collections were not seen often enough');
    const { level } = entry.trend;
    const detail = `${percent(Math.max(0, level))} of the time under load (median of the blocks)`;
    return found(level >= WORTH_A_WORD ? [gcFinding(context, level)] : [], detail);
  },
};

function gcFinding(context: CheckContext, share: number): FindingDraft {
  const place = context.run.allocationGrowth[0]?.stack[0] ?? null;
  const subject = place ? place.function : 'the heap';
  return {
    id: findingId('gc-pressure', 'gc', 'share'),
    kind: 'gc-pressure',
    confidence: 'likely',
    severity: share >= HURTS ? 'major' : 'minor',
    title: `Collecting garbage takes ${percent(share)} of the time under load.`,
    subject: {
      class: 'garbage collection',
      holder: subject,
      path: [],
      source: place && { file: place.file, line: place.line, column: place.column, function: place.function },
      package: place?.package ?? null,
    },
    growth: null,
    evidence: [{ what: `Collections took ${percent(share)} of the time in the median block.`, file: 'samples.ndjson' }],
    against: context.earlier.some(({ kind }) => kind === 'js-heap-leak')
      ? ['A heap that leaks makes every collection longer: mend that first.']
      : [],
    recommendation: recommend('gc-pressure', { holder: 'the heap', subject: code(subject) }),
    verify: verifyLine(context),
  };
}
