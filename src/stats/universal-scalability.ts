/** What was measured at one level of load: users (or requests in flight) and answers a second. */
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
  /** In words, for the report. */
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
 * Fits the Universal Scalability Law (N. J. Gunther, Guerrilla Capacity Planning, 2007) by least squares in log
 * throughput: sigma and kappa by a grid that is refined, lambda in closed form. Refuses where it would be guessing.
 */
export function fitScalability(points: readonly LoadPoint[]): ScalabilityFit | Refusal {
  const usable = points.filter(({ load, throughput }) => load > 0 && throughput > 0).sort((a, b) => a.load - b.load);
  const reason = whyNot(usable);
  if (reason !== null) return { kind: 'refused', reason };
  const { sigma, kappa, lambda, error } = search(usable);
  const relativeError = Math.sqrt(error / usable.length);
  if (relativeError > LARGEST_ERROR) {
    const percent = Math.round(100 * relativeError);
    return { kind: 'refused', reason: `throughput does not follow the law: its levels lie ${percent} % off the curve` };
  }
  const highest = usable.at(-1)?.load ?? 0;
  const peak = kappa > 0 ? Math.sqrt((1 - sigma) / kappa) : Number.POSITIVE_INFINITY;
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

interface Candidate extends Parameters {
  readonly error: number;
}

const GRID = 32;
const ROUNDS = 24;

/** sigma and kappa over decades, then around the best with a step that shrinks. */
function search(points: readonly LoadPoint[]): Candidate {
  const highest = points.at(-1)?.load ?? 1;
  const sigmas = [0, ...decades(1e-5, 0.999)];
  // A kappa that costs a hundredth at the highest level is the smallest that can be told from none.
  const kappas = [0, ...decades(1e-3 / highest ** 2, 1)];
  let best: Candidate = { sigma: 0, kappa: 0, lambda: 0, error: Number.POSITIVE_INFINITY };
  const consider = (sigma: number, kappa: number): void => {
    const candidate = judge(points, sigma, kappa);
    if (candidate.error < best.error) best = candidate;
  };
  for (const sigma of sigmas) for (const kappa of kappas) consider(sigma, kappa);
  let spread = 1.5;
  for (let round = 0; round < ROUNDS; round++, spread = 1 + (spread - 1) * 0.7) {
    const { sigma, kappa } = best;
    for (const s of [1 / spread, 1, spread]) {
      for (const k of [1 / spread, 1, spread]) consider(Math.min(0.999, sigma * s), kappa * k);
    }
  }
  return best;
}

function judge(points: readonly LoadPoint[], sigma: number, kappa: number): Candidate {
  const offsets = points.map(
    ({ load, throughput }) => Math.log(throughput) - Math.log(throughputAt({ lambda: 1, sigma, kappa }, load)),
  );
  if (offsets.some((offset) => !Number.isFinite(offset))) {
    return { sigma, kappa, lambda: 0, error: Number.POSITIVE_INFINITY };
  }
  const mean = offsets.reduce((sum, offset) => sum + offset, 0) / offsets.length;
  const error = offsets.reduce((sum, offset) => sum + (offset - mean) ** 2, 0);
  return { sigma, kappa, lambda: Math.exp(mean), error };
}

function decades(from: number, to: number): number[] {
  return Array.from({ length: GRID }, (_, i) => from * (to / from) ** (i / (GRID - 1)));
}
