import type { PlaceOf, RawCallFrame } from '../model/profiles.ts';
import type { Microseconds } from '../model/units.ts';
import { type FrameRole, frameRoles, type Owner, ownerBelow, ownerKey } from './frame-roles.ts';
import type { ProfileNodes } from './profile-nodes.ts';

/** A function that kept the main thread for itself, again and again. */
export interface LongRunner extends Owner {
  readonly count: number;
  readonly medianUs: Microseconds;
  readonly longestUs: Microseconds;
  readonly totalUs: Microseconds;
}

/** A turn of the event loop that is longer makes others wait in a way that they feel. */
const LONG_US = 50_000;
const LEAST_SAMPLES = 3;
/** Of the samples of a stretch, so many stand in the function that is told. */
const MOSTLY = 0.6;

interface Stretch {
  readonly entry: number;
  readonly owners: Map<string, { readonly owner: Owner; samples: number }>;
  samples: number;
}

/**
 * Stretches in which sample after sample stood below the same first function of the program, without the loop coming
 * round in between:
 *
 *     samples   . . idle  h>a  h>a>b  h>a>b  (gc)  h>a  idle . .      h: handler, the way in
 *                         |------- one stretch -----|
 *
 * Their length is counted in samples, not read from the clock: a process that waits for a core is sampled no more than
 * once. Two calls that follow each other without a gap look like one; the caller holds the lengths against what the
 * event loop itself measured. Most time in all first.
 */
export class LongStretches {
  readonly #roleOf: (frame: RawCallFrame) => FrameRole;
  readonly #lengths = new Map<string, { readonly owner: Owner; readonly us: number[] }>();

  constructor(placeOf: PlaceOf) {
    this.#roleOf = frameRoles(placeOf);
  }

  add({ frames, parentOf, samples, intervalUs }: ProfileNodes): void {
    const ways = waysIn(frames.map(this.#roleOf), parentOf);
    let current: Stretch | null = null;
    for (const node of samples) {
      const way = ways[node] ?? null;
      if (way === 'gc') {
        if (current) current.samples += 1;
        continue;
      }
      if (current && (way === null || way.entry !== current.entry)) {
        this.#keep(current, intervalUs);
        current = null;
      }
      if (way === null) continue;
      current ??= { entry: way.entry, owners: new Map(), samples: 0 };
      current.samples += 1;
      const owner = current.owners.get(way.key) ?? { owner: way.owner, samples: 0 };
      owner.samples += 1;
      current.owners.set(way.key, owner);
    }
    if (current) this.#keep(current, intervalUs);
  }

  #keep(stretch: Stretch, intervalUs: Microseconds): void {
    const us = stretch.samples * intervalUs;
    if (us < LONG_US || stretch.samples < LEAST_SAMPLES) return;
    const [most] = [...stretch.owners].sort((a, b) => b[1].samples - a[1].samples);
    if (!most) return;
    const [key, { owner, samples }] = most;
    if (samples < MOSTLY * stretch.samples) return;
    const entry = this.#lengths.get(key) ?? { owner, us: [] };
    entry.us.push(us);
    this.#lengths.set(key, entry);
  }

  runners(): LongRunner[] {
    return [...this.#lengths.values()]
      .map(({ owner, us }) => {
        const sorted = [...us].sort((a, b) => a - b);
        return {
          ...owner,
          count: us.length,
          medianUs: sorted[Math.floor(us.length / 2)] ?? 0,
          longestUs: sorted.at(-1) ?? 0,
          totalUs: us.reduce((sum, one) => sum + one, 0),
        };
      })
      .sort((a, b) => b.totalUs - a.totalUs);
  }
}

/** How a node is reached: its outermost node of the program, and the innermost function that somebody can change. */
interface Way {
  readonly entry: number;
  readonly owner: Owner;
  readonly key: string;
}

function waysIn(roles: readonly FrameRole[], parentOf: readonly number[]): (Way | 'gc' | null)[] {
  const ways: (Way | 'gc' | null)[] = [];
  roles.forEach((frame, index) => {
    const above = ways[parentOf[index] ?? -1] ?? null;
    const outer = above === 'gc' ? null : above;
    const owner = ownerBelow(outer?.owner ?? null, frame);
    if (frame.role === 'gc') ways.push('gc');
    else if (owner === null || owner === outer?.owner) ways.push(outer);
    else {
      // The way in is the first function of the application; packages before it carry every request alike.
      const entry = outer && (outer.owner.isOwn || !owner.isOwn) ? outer.entry : index;
      ways.push({ entry, owner, key: ownerKey(owner) });
    }
  });
  return ways;
}
