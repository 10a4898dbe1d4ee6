import type { Evidence } from '../../model/finding.ts';
import type { SourcePlace } from '../../model/profiles.ts';
import type { Share } from '../../model/units.ts';
import { recommend } from '../../words/advice.ts';
import * as say from '../../words/checks/gc-share.ts';
import { functionWords } from '../../words/terms.ts';
import { type Check, type CheckContext, type FindingDraft, found, insufficient } from '../check.ts';
import { findingId } from '../finding-id.ts';

/** Collections that take more than a tenth of the time are worth reporting, a quarter hurts. */
const WORTH_A_WORD = 0.1;
const HURTS = 0.25;

/** How much of the time goes into collecting garbage? */
export const gcShare: Check = {
  name: 'garbage collection',
  run(context) {
    const entry = context.trends.judge('gc.share');
    if (!entry) return insufficient(say.TOO_FEW);
    const { level } = entry.trend;
    return found(level >= WORTH_A_WORD ? [gcFinding(context, level)] : [], say.level(Math.max(0, level)));
  },
};

function gcFinding(context: CheckContext, share: number): FindingDraft {
  const site = allocationSite(context);
  const place = site?.place ?? null;
  const subject = place ? place.function : say.HEAP;
  return {
    id: findingId('gc-pressure', 'gc', 'share'),
    kind: 'gc-pressure',
    confidence: 'likely',
    severity: share >= HURTS ? 'major' : 'minor',
    title: say.title(share, site),
    subject: {
      class: 'garbage collection',
      holder: subject,
      path: [],
      source: place && { file: place.file, line: place.line, column: place.column, function: place.function },
      package: place?.package ?? null,
    },
    growth: null,
    evidence: [{ what: say.median(share), file: 'samples.ndjson' }, ...(site ? [site.evidence] : [])],
    against: context.earlier.some(({ kind }) => kind === 'js-heap-leak') ? [say.LEAKS] : [],
    recommendation: recommend(
      'gc-pressure',
      { holder: say.HEAP, subject: site?.who ?? say.HEAP },
      site ? say.gain(site.share * share) : '',
    ),
  };
}

/** Below this many samples a share is not reliable. */
const LEAST_SAMPLES = 20;

interface AllocationSite {
  readonly place: SourcePlace;
  /** As text, quoted. */
  readonly who: string;
  readonly share: Share;
  readonly evidence: Evidence;
}

/**
 * The function that allocates most, including garbage, which is what keeps the collector busy. Null if none is much larger
 * than the others.
 */
function allocationSite({ run: { burst } }: CheckContext): AllocationSite | null {
  const most = burst?.owners.find(({ place }) => place !== null);
  if (!burst || !most?.place || most.samples < LEAST_SAMPLES) return null;
  const share = most.bytes / burst.bytes;
  const who = functionWords({ name: most.place.function, place: most.place });
  const { bytes, durationMs } = burst;
  const { file, line } = most.place;
  return {
    place: most.place,
    who,
    share,
    evidence: { what: say.allocated({ bytes, durationMs, share, who, file, line }), file: burst.file },
  };
}
