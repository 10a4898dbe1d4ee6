import { perHour } from '../../model/units.ts';
import type { CheckContext } from '../check.ts';
import { countSnapshots } from '../completeness/count-snapshots.ts';
import type { AfterCollection } from './after-collection.ts';
import { growingClasses } from './class-growth.ts';
import { areSamplesClear } from './growing-sites.ts';

/** Fewer snapshots show no growth. */
const LEAST_READINGS = 3;
const LEAST_LOOKS = 2;
/** A leak that would double the heap within a day would not show in its sizes alone. */
const DAY_HOURS = 24;

/** Every look at the objects was refused, and the sizes after collections show fast leaks only. */
export function isBlind(context: CheckContext, heap: AfterCollection): boolean {
  return !isLookedAt(context) && wasRefused(context) && isCoarse(heap);
}

/** The sizes after collections do not show whether the heap grows, and nothing else shows that it does not. */
export function isUndecided(context: CheckContext, { entry }: AfterCollection): boolean {
  return entry?.verdict === 'flat' && !entry.isBounded && !areObjectsClear(context);
}

/** By snapshots, or by what replaces them. */
function isLookedAt(context: CheckContext): boolean {
  const { run } = context;
  return (
    countSnapshots(context, false).taken >= LEAST_LOOKS ||
    countsByClass(context) >= LEAST_LOOKS ||
    run.manifest.heapProfiles.length >= LEAST_READINGS
  );
}

function areObjectsClear(context: CheckContext): boolean {
  // What grew between them has been judged one by one.
  if (context.run.heapGrowth !== null && countSnapshots(context, false).taken >= LEAST_LOOKS) return true;
  if (countsByClass(context) >= LEAST_LOOKS) return growingClasses(context).length === 0;
  return areSamplesClear(context);
}

function countsByClass({ run }: CheckContext): number {
  return run.events.filter(({ type }) => type === 'class-counts').length;
}

function wasRefused(context: CheckContext): boolean {
  const { planned, refused } = countSnapshots(context, false);
  return planned >= LEAST_LOOKS && refused > 0;
}

function isCoarse({ entry }: AfterCollection): boolean {
  return entry === null || DAY_HOURS * perHour(entry.smallestSlope) > entry.trend.level;
}
