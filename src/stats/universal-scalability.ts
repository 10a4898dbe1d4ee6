/** What was measured at one level of load: users (or requests in flight) and responses per second. */
export interface LoadPoint {
  readonly load: number;
  readonly throughput: number;
}

/** Throughput by load, `lambda N / (1 + sigma (N - 1) + kappa N (N - 1))`. */
export interface ScalabilityFit {
  readonly kind: 'fitted';
  /** Throughput of one user alone. */
  readonly lambda: number;
  /** Contention: the share of the work that queues. */
  readonly sigma: number;
  /** Coherency: what every pair of users costs; above 0, more load means less throughput in the end. */
  readonly kappa: number;
  /** Typical relative error of a level. */
  readonly relativeError: number;
  /** The load of the most throughput; null when the levels do not pass it. */
  readonly peakLoad: number | null;
  readonly peakThroughput: number | null;
}

interface Refusal {
  readonly kind: 'refused';
  /** As text, for the report. */
  readonly reason: string;
}

const LEAST_LEVELS = 6;
/** Highest over lowest level. */
const LEAST_SPAN = 4;
/** Throughput per user at the highest level over that at the lowest: above it nothing has bent yet. */
const STRAIGHT = 0.9;
const LARGEST_ERROR = 0.1;
/** A peak this near to the last level is an extrapolation: fitted to simulated services it was wrong by a factor. */
const PEAK_WITHIN = 0.9;

/**
 * Fits the Universal Scalability Law (N. J. Gunther, Guerrilla Capacity Planning, 2007) by least squares of the relative
 * error. Refuses where it would be guessing.
 */
export function fitScalability(points: readonly LoadPoint[]): ScalabilityFit | Refusal {
  const usable = points.filter(({ load, throughput }) => load > 0 && throughput > 0).sort((a, b) => a.load - b.load);
  const reason = whyNot(usable);
  if (reason !== null) return { kind: 'refused', reason };
  const { sigma, kappa, lambda } = search(usable);
  const relativeError = Math.sqrt(squaredError(usable, { sigma, kappa, lambda }) / usable.length);
  if (!(relativeError <= LARGEST_ERROR)) {
    const percent = Math.round(100 * relativeError);
    return { kind: 'refused', reason: `throughput does not follow the law: its levels lie ${percent} % off the curve` };
  }
  const highest = usable.at(-1)?.load ?? 0;
  const peak = kappa > 0 && sigma < 1 ? Math.sqrt((1 - sigma) / kappa) : Number.POSITIVE_INFINITY;
  const isSeen = peak <= highest * PEAK_WITHIN;
  return {
    kind: 'fitted',
    lambda,
    sigma,
    kappa,
    relativeError,
    peakLoad: isSeen ? peak : null,
    peakThroughput: isSeen ? throughputAt({ lambda, sigma, kappa }, peak) : null,
  };
}

export function throughputAt({ lambda, sigma, kappa }: Parameters, load: number): number {
  return (lambda * load) / (1 + sigma * (load - 1) + kappa * load * (load - 1));
}

type Parameters = Pick<ScalabilityFit, 'lambda' | 'sigma' | 'kappa'>;

function whyNot(points: readonly LoadPoint[]): string | null {
  const levels = new Set(points.map(({ load }) => load)).size;
  if (levels < LEAST_LEVELS) return `${levels} levels are too few: it takes ${LEAST_LEVELS}`;
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return 'nothing was measured';
  if (last.load < LEAST_SPAN * first.load) return `the highest level is less than ${LEAST_SPAN} times the lowest`;
  if (last.throughput / last.load > (STRAIGHT * first.throughput) / first.load) {
    return 'throughput still grows in proportion to the load: there is no bend to fit';
  }
  return null;
}

/** Which of the two terms beside the constant may be above 0; the first set that fits best without going below 0 wins. */
const TERM_SETS: readonly (readonly [sigma: boolean, kappa: boolean])[] = [
  [true, true],
  [true, false],
  [false, true],
  [false, false],
];

/**
 * N / X is linear: `(1 + sigma (N - 1) + kappa N (N - 1)) / lambda`. Least squares of its relative error, with sigma and
 * kappa not below 0.
 */
function search(points: readonly LoadPoint[]): Parameters {
  const fits = TERM_SETS.flatMap((terms) => solve(points, terms) ?? []);
  const [best] = fits.sort((a, b) => squaredError(points, a) - squaredError(points, b));
  return best ?? { lambda: 0, sigma: 0, kappa: 0 };
}

function solve(points: readonly LoadPoint[], [withSigma, withKappa]: readonly [boolean, boolean]): Parameters | null {
  const rows = points.map(({ load, throughput }) => {
    const weight = throughput / load;
    const terms = [1, ...(withSigma ? [load - 1] : []), ...(withKappa ? [load * (load - 1)] : [])];
    return terms.map((term) => term * weight);
  });
  const solution = leastSquaresOnes(rows);
  const [constant = 0, ...rest] = solution ?? [];
  if (solution === null || constant <= 0 || rest.some((term) => term < 0)) return null;
  return {
    lambda: 1 / constant,
    sigma: withSigma ? (rest[0] ?? 0) / constant : 0,
    kappa: withKappa ? (rest.at(-1) ?? 0) / constant : 0,
  };
}

/**
 * The x that brings every row times x nearest to 1: normal equations, columns scaled, Gauss with pivots. Null when singular.
 */
function leastSquaresOnes(rows: readonly (readonly number[])[]): number[] | null {
  const size = rows[0]?.length ?? 0;
  const scales = Array.from({ length: size }, (_, j) =>
    Math.sqrt(rows.reduce((sum, row) => sum + (row[j] ?? 0) ** 2, 0)),
  );
  if (scales.some((scale) => scale === 0)) return null;
  const scaled = rows.map((row) => row.map((value, j) => value / (scales[j] ?? 1)));
  const sumOf = (of: (row: readonly number[]) => number): number => scaled.reduce((sum, row) => sum + of(row), 0);
  const matrix = scales.map((_, i) => [
    ...scales.map((__, j) => sumOf((row) => (row[i] ?? 0) * (row[j] ?? 0))),
    sumOf((row) => row[i] ?? 0),
  ]);
  for (let column = 0; column < size; column++) {
    const pivot = matrix
      .slice(column)
      .reduce((most, row) => (Math.abs(row[column] ?? 0) > Math.abs(most[column] ?? 0) ? row : most));
    if (Math.abs(pivot[column] ?? 0) < 1e-12) return null;
    const at = matrix.indexOf(pivot);
    [matrix[column], matrix[at]] = [pivot, matrix[column] as number[]];
    for (const row of matrix) {
      if (row === pivot) continue;
      const factor = (row[column] ?? 0) / (pivot[column] ?? 1);
      for (let k = column; k <= size; k++) row[k] = (row[k] ?? 0) - factor * (pivot[k] ?? 0);
    }
  }
  return matrix.map((row, i) => (row[size] ?? 0) / (row[i] ?? 1) / (scales[i] ?? 1));
}

function squaredError(points: readonly LoadPoint[], law: Parameters): number {
  return points.reduce((sum, { load, throughput }) => sum + Math.log(throughput / throughputAt(law, load)) ** 2, 0);
}
