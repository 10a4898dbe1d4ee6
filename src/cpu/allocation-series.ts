import type { PlaceOf, SamplingHeapProfile, SourcePlace } from '../model/profiles.ts';
import type { Bytes } from '../model/units.ts';
import { changeable } from './allocation-owners.ts';
import { type AllocationSite, allocationSites } from './allocation-sites.ts';

/** What lives of what one function of the program allocated, over the readings of a run. */
export interface AllocationSeries {
  readonly place: SourcePlace;
  /** One of each reading. */
  readonly sizes: readonly { readonly bytes: Bytes; readonly samples: number }[];
  /** Of the last reading, the largest first. */
  readonly stacks: readonly AllocationSite[];
}

const ANONYMOUS = '(anonymous)';
/** Of what a function gained, so much was allocated below the one that calls it: then the caller stands for both. */
const MOSTLY = 0.9;
/** A caller is part of it where it gained too: so many standard deviations of a Poisson sample. */
const GAINED = 2;

/**
 * The live objects of several readings by the function that allocates them: a callback without a name is part of the function
 * around it, and what a helper makes is put to the function that calls it, where more lives of what that makes itself. (V8 knows
 * the function that was compiled: what it inlined is put to that from then on, so the same objects change their function.)
 */
export function allocationSeries(profiles: readonly SamplingHeapProfile[], placeOf: PlaceOf): AllocationSeries[] {
  const readings = profiles.map((profile) => sitesByOwner(profile, placeOf));
  const series = new Map<string, AllocationSeries>();
  for (const [key, { place }] of readings.flatMap((reading) => [...reading])) {
    if (series.has(key)) continue;
    const sites = readings.map((reading) => reading.get(key)?.sites ?? []);
    series.set(key, { place, sizes: sites.map(sumOf), stacks: [...(sites.at(-1) ?? [])].sort(largestFirst) });
  }
  return withHelpers(series);
}

interface Owned {
  readonly place: SourcePlace;
  readonly sites: AllocationSite[];
}

function sitesByOwner(profile: SamplingHeapProfile, placeOf: PlaceOf): Map<string, Owned> {
  const owners = new Map<string, Owned>();
  for (const site of allocationSites(profile, placeOf)) {
    const place = changeable(site.stack.filter(({ file }) => !file.startsWith('node:')));
    if (place === null) continue;
    const known = owners.get(keyOf(place));
    if (known) known.sites.push(site);
    else owners.set(keyOf(place), { place, sites: [site] });
  }
  return owners;
}

function withHelpers(series: Map<string, AllocationSeries>): AllocationSeries[] {
  const merged = new Map(series);
  // The helpers of helpers first: those with the deepest stacks.
  const deepestFirst = [...series].sort(([, a], [, b]) => depthOf(b) - depthOf(a));
  for (const [key] of deepestFirst) {
    const helper = merged.get(key);
    const caller = helper && callerOf(key, helper, merged);
    if (!helper || caller === undefined) continue;
    const [callerKey, known] = caller;
    merged.delete(key);
    merged.set(callerKey, {
      place: known.place,
      sizes: known.sizes.map(({ bytes, samples }, i) => ({
        bytes: bytes + (helper.sizes[i]?.bytes ?? 0),
        samples: samples + (helper.sizes[i]?.samples ?? 0),
      })),
      stacks: [...known.stacks, ...helper.stacks].sort(largestFirst),
    });
  }
  return [...merged.values()];
}

/** The nearest function below which nearly all of it was allocated, and which gained itself. */
function callerOf(
  key: string,
  helper: AllocationSeries,
  all: ReadonlyMap<string, AllocationSeries>,
): [string, AllocationSeries] | undefined {
  const [largest] = helper.stacks;
  if (!largest) return;
  const inAll = helper.stacks.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const frame of largest.stack) {
    const callerKey = keyOf(frame);
    const caller = all.get(callerKey);
    // A callback without a name is the end of each request: what piles up there is what waits.
    if (!caller || callerKey === key || frame.package !== null || frame.function === ANONYMOUS) continue;
    if (!hasGained(caller)) continue;
    const below = helper.stacks.filter(({ stack }) => stack.some((one) => keyOf(one) === callerKey));
    if (below.reduce((sum, { bytes }) => sum + bytes, 0) >= MOSTLY * inAll) return [callerKey, caller];
  }
  return;
}

function hasGained({ sizes }: AllocationSeries): boolean {
  const [first, last] = [sizes[0]?.samples ?? 0, sizes.at(-1)?.samples ?? 0];
  return last - first > GAINED * Math.sqrt(first + last);
}

function sumOf(sites: readonly AllocationSite[]): { bytes: Bytes; samples: number } {
  return sites.reduce(
    (sum, { bytes, samples }) => ({ bytes: sum.bytes + bytes, samples: sum.samples + (samples ?? 0) }),
    { bytes: 0, samples: 0 },
  );
}

function depthOf({ stacks }: AllocationSeries): number {
  return stacks[0]?.stack.length ?? 0;
}

function largestFirst(a: AllocationSite, b: AllocationSite): number {
  return b.bytes - a.bytes;
}

function keyOf({ file, line, column, function: name }: SourcePlace): string {
  return `${file}:${line}:${column} ${name}`;
}
