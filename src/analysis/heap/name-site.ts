import type { AllocationSeries } from '../../cpu/allocation-series.ts';
import type { AllocationGrowth } from '../../cpu/allocation-sites.ts';
import type { HeapFindingKind } from '../../model/finding-catalogue.ts';
import type { Holder } from '../../model/holder.ts';
import type { SourcePlace } from '../../model/profiles.ts';
import * as say from '../../words/checks/heap-unnamed.ts';
import type { CheckContext } from '../check.ts';
import type { ChangingLines } from '../code/changing-lines.ts';
import { linesOnStacks } from '../code/lines-on-stacks.ts';
import { isOfNode } from '../made-by.ts';
import { type GrowingClass, isBuiltIn } from './class-growth.ts';
import { type Doubts, doubtsOf, type SiteFacts } from './doubts-of-site.ts';
import type { GrowingSite, SiteLeak } from './growing-sites.ts';

const LEAST_SAMPLES = 10;
const STACKS = 3;

export interface NamedSite {
  readonly site: AllocationSiteOfGrowth | null;
  /** Of the class, where one is known. */
  readonly name: string | null;
  readonly kind: HeapFindingKind;
  readonly changes: ChangingLines | null;
  /** As the source has it; null if the source does not say. */
  readonly holder: Holder | null;
  /** Why it may be no leak at all. */
  readonly doubts: Doubts;
  /** No other function can be meant. */
  readonly isClear: boolean;
}

export interface AllocationSiteOfGrowth {
  /** The program's own function nearest to the allocation; of a package or of Node where there is none. */
  readonly place: SourcePlace;
  /** Of the growth of all stacks. */
  readonly share: number;
  /** The class whose constructor allocated, where one did. */
  readonly constructed: string | null;
  readonly stacks: readonly AllocationGrowth[];
}

/**
 * Of the functions whose live objects grow as the heap does, the one that is meant: where more than one can be, that for
 * which no statement takes away again what it keeps.
 */
export function nameSite(context: CheckContext, bySites: SiteLeak | null, counted: GrowingClass | null): NamedSite {
  const candidates = (bySites?.sites ?? []).map((one) => {
    const facts = { context, counted, growing: one, isRise: bySites?.isRise ?? false };
    return describeSite(siteOf(one, context), facts);
  });
  const [only, ...more] = candidates;
  if (!only) {
    const facts = { context, counted, growing: null, isRise: true };
    return { ...describeSite(allocationSite(context), facts), isClear: false };
  }
  if (more.length === 0) return { ...only, isClear: true };
  const unbounded = candidates.filter(({ doubts }) => doubts.bounded === null && doubts.open === null);
  const [first = only] = unbounded;
  // Small ones are identified by their source one by one: each may be a leak of its own.
  if (unbounded.length === 1 || (unbounded.length > 0 && bySites?.heap === null)) return { ...first, isClear: true };
  const others = candidates.filter((one) => one !== first).flatMap(({ site }) => site?.place ?? []);
  return { ...first, doubts: { ...first.doubts, open: say.oneOf(others) }, isClear: false };
}

function describeSite(site: AllocationSiteOfGrowth | null, facts: SiteFacts): Omit<NamedSite, 'isClear'> {
  const { context, counted } = facts;
  const { code } = context.run;
  const name = counted?.class ?? site?.constructed ?? null;
  const found = site && code ? linesOnStacks(site.stacks, name, code) : null;
  // What everything is made of says less than the statement does.
  const isVague = name === null || isBuiltIn(name);
  return {
    site,
    name: (isVague ? found?.class : null) ?? name,
    kind: found?.kind ?? 'js-heap-leak',
    changes: found?.lines ?? null,
    holder: found?.holder ?? null,
    doubts: doubtsOf(found, facts),
  };
}

function siteOf({ site }: GrowingSite, { run }: CheckContext): AllocationSiteOfGrowth {
  const bytesOf = ({ stacks }: Pick<AllocationSeries, 'stacks'>): number =>
    stacks.reduce((sum, { bytes }) => sum + bytes, 0);
  const inAll = (run.allocationReadings?.series ?? [site]).reduce((sum, one) => sum + bytesOf(one), 0);
  const stacks = site.stacks.map((one) => ({ ...one, beforeBytes: 0, shareOfGrowth: one.bytes / inAll }));
  return {
    place: site.place,
    share: bytesOf(site) / inAll,
    constructed: constructedOn(stacks),
    stacks: stacks.slice(0, STACKS),
  };
}

/** Stacks are many where one function is called from many places: growth is added up by the function that allocates. */
function allocationSite({ run }: CheckContext): AllocationSiteOfGrowth | null {
  const bySite = new Map<string, AllocationGrowth[]>();
  for (const growth of run.allocationGrowth) {
    const place = ownFrame(growth.stack);
    if (!place) continue;
    const key = `${place.file} ${place.function}`;
    bySite.set(key, [...(bySite.get(key) ?? []), growth]);
  }
  const shareOf = (stacks: readonly AllocationGrowth[]): number =>
    stacks.reduce((sum, { shareOfGrowth }) => sum + shareOfGrowth, 0);
  const stacks = [...bySite.values()].sort((a, b) => shareOf(b) - shareOf(a))[0];
  const place = stacks?.[0] && ownFrame(stacks[0].stack);
  if (!stacks || !place || !isSampledEnough(stacks)) return null;
  return {
    place,
    share: shareOf(stacks),
    constructed: constructedOn(stacks),
    stacks: stacks.slice(0, STACKS),
  };
}

function isSampledEnough(stacks: readonly AllocationGrowth[]): boolean {
  return (
    stacks.some(({ samples }) => samples === null) ||
    stacks.reduce((sum, { samples }) => sum + (samples ?? 0), 0) >= LEAST_SAMPLES
  );
}

function ownFrame(stack: readonly SourcePlace[]): SourcePlace | null {
  const isOwn = ({ file, package: owner }: SourcePlace): boolean => owner === null && !file.startsWith('node:');
  return stack.find(isOwn) ?? stack.find(({ file }) => !file.startsWith('node:')) ?? null;
}

/** The class in whose constructor it was allocated, a callback without a name inside of it included. */
function constructedOn(stacks: readonly AllocationGrowth[]): string | null {
  const frames = stacks[0]?.stack.filter(({ file }) => !isOfNode(file)) ?? [];
  const top = frames.find(({ function: name }) => name !== '(anonymous)')?.function ?? '';
  return isConstructor(top) ? top : null;
}

/** By custom, names of classes begin with a capital letter; bundlers make one letter of anything. */
function isConstructor(name: string): boolean {
  return /^[A-Z][a-z]\w*$/.test(name);
}
