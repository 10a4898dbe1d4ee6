import type { HeapSuspect } from '../../model/heap-growth.ts';
import type { Container } from '../../model/holder.ts';

/** V8 makes an array half as large again (and 16 slots more), and doubles the table of a Map, a Set or a dictionary. */
const FACTOR_OF_ARRAY = 1.5;
const FACTOR_OF_TABLE = 2;
/** Smaller steps than an array's are something else, or several stores in one figure. */
const LEAST_STEP = 1.3;
const SAME_SIZE = 1.02;
/** Tables of the runtime itself double too. */
const LEAST_BYTES = 100_000;
const STORES: readonly Container[] = ['map', 'set', 'weak-map', 'array', 'object', 'slot'];
/** Room for rounding, as a share of the size. */
const ROUNDING = 0.01;

/** What the sizes of a store that grows in steps say of the number of its entries. */
export interface StoreSteps {
  readonly bytes: readonly number[];
  /** At the slowest steady growth that fits them, the next step comes when the run is this many times as long. */
  readonly nextAtTimes: number;
}

/**
 * Numbers that pile up leave no objects to count: only the store that holds them grows, and it grows in steps. Between two
 * steps it looks at rest, for as long as it took to get there. A store of b bytes has entries for more than b / factor of
 * them (else it would not have been enlarged) and for b at most. Steady growth is a line e(x) = a + r x, x the requests; it
 * fits when at every snapshot b / factor < e <= b. Where no line fits, growth has slowed down. Null then, and for whatever
 * is no single store.
 */
export function storeSteps(suspect: HeapSuspect, x: readonly number[]): StoreSteps | null {
  const { bytes, counts, holders = 1, holder } = suspect;
  const isOneStore = suspect.class === 'references' && holders === 1 && counts.every((count) => count === 1);
  if (!isOneStore || !STORES.includes(holder.container) || !isStepwise(bytes)) return null;
  const factor = holder.container === 'array' ? FACTOR_OF_ARRAY : FACTOR_OF_TABLE;
  const points = bytes.map((b, i) => ({ x: x[i] ?? 0, low: (b / factor) * (1 - ROUNDING), high: b * (1 + ROUNDING) }));
  const lines = fittingLines(points);
  const endX = x.at(-1) ?? 0;
  const last = bytes.at(-1) ?? 0;
  const steps = lines.filter(({ r }) => r > 0).map(({ a, r }) => (last - a) / r / endX);
  return steps.length === 0 ? null : { bytes, nextAtTimes: Math.max(1, ...steps) };
}

function isStepwise(bytes: readonly number[]): boolean {
  const ratios = bytes.slice(1).map((now, i) => now / Math.max(1, bytes[i] ?? 0));
  const gained = (bytes.at(-1) ?? 0) - (bytes[0] ?? 0);
  return gained >= LEAST_BYTES && ratios.every((r) => r >= LEAST_STEP || (r <= SAME_SIZE && r >= 1 / SAME_SIZE));
}

interface Bounded {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

interface Line {
  readonly a: number;
  readonly r: number;
}

/** The corners of all lines that stay within the bounds: each touches a bound of two points. Empty if no line does. */
function fittingLines(points: readonly Bounded[]): Line[] {
  const corners = points.flatMap((p, i) =>
    points.slice(i + 1).flatMap((q) =>
      [p.low, p.high].flatMap((from) =>
        [q.low, q.high].map((to): Line => {
          const r = (to - from) / (q.x - p.x);
          return { a: from - r * p.x, r };
        }),
      ),
    ),
  );
  const fits = ({ a, r }: Line): boolean =>
    Number.isFinite(r) &&
    points.every(({ x, low, high }) => a + r * x >= low * (1 - 1e-9) && a + r * x <= high * (1 + 1e-9));
  return corners.filter(fits);
}
