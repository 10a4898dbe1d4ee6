import * as say from '../../words/checks/heap-unnamed.ts';
import type { CheckContext } from '../check.ts';
import type { LinesOnStacks, MayEnd } from '../code/lines-on-stacks.ts';
import type { GrowingClass } from './class-growth.ts';
import type { GrowingSite } from './growing-sites.ts';

export interface Doubts {
  /** It has an end that may not be reached yet: nothing that grows outweighs that. */
  readonly bounded: string | null;
  /** It may be replaced all the time, or it is unknown where it is kept. Other growth of the same pace outweighs that. */
  readonly open: string | null;
}

export interface SiteFacts {
  readonly context: CheckContext;
  readonly counted: GrowingClass | null;
  readonly growing: GrowingSite | null;
  /** What lives became more: nothing that only ends with its request is replaced by the next. */
  readonly isRise: boolean;
}

/** Growth that continues as before, or at half the pace. */
const GOES_ON = 0.5;
const LEAST_SAMPLES = 10;
/** What goes after this share of the run, or sooner, would have shown. */
const SEEN_TO_EXPIRE = 1 / 3;

/** Why what a function keeps may not be a leak: the source shows a bound, or does not show what keeps it. */
export function doubtsOf(found: LinesOnStacks | null, facts: SiteFacts): Doubts {
  if (!found) return { bounded: null, open: say.NOTHING_ADDS };
  const { judged } = facts.context;
  const isAhead = ({ why, items, afterMs }: MayEnd): boolean => {
    if (why === 'expiry') return (afterMs ?? 0) > SEEN_TO_EXPIRE * (judged.toMs - judged.fromMs);
    return (why === 'limit' || why === 'keys') && (items === undefined || !isOutgrown(items, found, facts));
  };
  const isOpen = ({ why }: MayEnd): boolean =>
    why === 'package' || why === 'eviction' || (why === 'removal' && !facts.isRise);
  const [bounded, open] = [found.mayEnd.find(isAhead), found.mayEnd.find(isOpen)];
  return { bounded: bounded ? say.mayFill(bounded) : null, open: open ? say.mayFill(open) : null };
}

/** More are there than the bound allows, or the growth went on after the function that adds was called so often. */
function isOutgrown(items: number, { lines }: LinesOnStacks, { context, counted, growing }: SiteFacts): boolean {
  if ((counted?.behaviour.gained ?? 0) > items) return true;
  const runs = lines.added[0]?.runs;
  const counting = context.run.code?.requests ?? null;
  if (growing === null || runs === undefined || counting === null || runs === 0) return false;
  const {
    requests,
    site: { sizes },
  } = growing;
  const at = requests.findIndex((passed) => (passed * runs) / counting >= items);
  if (at < 0) return false;
  const samples = (i: number): number => sizes.at(i)?.samples ?? 0;
  const [first, reached, last] = [requests[0] ?? 0, requests[at] ?? 0, requests.at(-1) ?? 0];
  const expected = ((samples(-1) - samples(0)) * (last - reached)) / Math.max(1, last - first);
  return expected >= LEAST_SAMPLES && samples(-1) - samples(at) >= GOES_ON * expected;
}
