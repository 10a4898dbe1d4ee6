import type { Evidence } from '../../model/finding.ts';
import type { SourcePlace } from '../../model/profiles.ts';
import { formatBytes, type Share } from '../../model/units.ts';
import { recommend } from '../../words/advice.ts';
import { figure, percent } from '../../words/figures.ts';
import { functionWords } from '../../words/terms.ts';
import { type Check, type CheckContext, type FindingDraft, found, insufficient } from '../check.ts';
import { findingId } from '../finding-id.ts';

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
  const site = allocationSite(context);
  const place = site?.place ?? null;
  const subject = place ? place.function : 'the heap';
  return {
    id: findingId('gc-pressure', 'gc', 'share'),
    kind: 'gc-pressure',
    confidence: 'likely',
    severity: share >= HURTS ? 'major' : 'minor',
    title: site
      ? `Collecting garbage takes ${percent(share)} of the time under load; ${site.who} allocates ${percent(site.share)} of it.`
      : `Collecting garbage takes ${percent(share)} of the time under load.`,
    subject: {
      class: 'garbage collection',
      holder: subject,
      path: [],
      source: place && { file: place.file, line: place.line, column: place.column, function: place.function },
      package: place?.package ?? null,
    },
    growth: null,
    evidence: [
      { what: `Collections took ${percent(share)} of the time in the median block.`, file: 'samples.ndjson' },
      ...(site ? [site.evidence] : []),
    ],
    against: context.earlier.some(({ kind }) => kind === 'js-heap-leak')
      ? ['A heap that leaks makes every collection longer: mend that first.']
      : [],
    recommendation: recommend(
      'gc-pressure',
      { holder: 'the heap', subject: site?.who ?? 'the heap' },
      site ? `Expected gain: up to ${percent(site.share * share)} of the time, and shorter pauses.` : '',
    ),
  };
}

/** Under so many samples a share is a guess. */
const LEAST_SAMPLES = 20;

interface AllocationSite {
  readonly place: SourcePlace;
  /** In words, quoted. */
  readonly who: string;
  readonly share: Share;
  readonly evidence: Evidence;
}

/** Who allocates most, garbage included: it is what keeps the collector busy. Null where nobody stands out. */
function allocationSite({ run: { burst } }: CheckContext): AllocationSite | null {
  const most = burst?.owners.find(({ place }) => place !== null);
  if (!burst || !most?.place || most.samples < LEAST_SAMPLES) return null;
  const share = most.bytes / burst.bytes;
  const who = functionWords({ name: most.place.function, place: most.place });
  const rate = formatBytes(burst.bytes / Math.max(0.001, burst.durationMs / 1000));
  return {
    place: most.place,
    who,
    share,
    evidence: {
      what: `In ${figure(burst.durationMs / 1000)} s of load ${rate} a second were allocated, ${percent(share)} of it by ${who} (${most.place.file}:${most.place.line}) and what it calls.`,
      file: burst.file,
    },
  };
}
