import type { PlaceOf, SamplingHeapProfile, SourcePlace } from '../model/profiles.ts';
import type { Bytes } from '../model/units.ts';
import { allocationSites } from './allocation-sites.ts';

/** What one function allocated, by itself or through the packages and modules that it calls. */
export interface AllocationOwner {
  /** The nearest function of the application in the stack, else of a package; null where Node itself allocates. */
  readonly place: SourcePlace | null;
  readonly bytes: Bytes;
  readonly samples: number;
}

/** The allocations of a profile by who can change them, the one with most bytes first. */
export function allocationOwners(profile: SamplingHeapProfile, placeOf: PlaceOf): AllocationOwner[] {
  const owners = new Map<string, AllocationOwner>();
  for (const { stack, bytes, samples } of allocationSites(profile, placeOf)) {
    const place = changeable(stack.filter(({ file }) => !file.startsWith('node:')));
    const key = place ? `${place.file}:${place.line}:${place.column} ${place.function}` : '';
    const known = owners.get(key);
    owners.set(key, { place, bytes: bytes + (known?.bytes ?? 0), samples: (samples ?? 0) + (known?.samples ?? 0) });
  }
  return [...owners.values()].sort((a, b) => b.bytes - a.bytes);
}

/** A callback without a name is part of the function around it. */
export function changeable(stack: readonly SourcePlace[]): SourcePlace | null {
  const own = stack.filter((at) => at.package === null);
  const [nearest = stack[0] ?? null] = own;
  if (nearest?.function !== '(anonymous)') return nearest;
  return own.find((at) => at.file === nearest.file && at.function !== '(anonymous)') ?? nearest;
}
