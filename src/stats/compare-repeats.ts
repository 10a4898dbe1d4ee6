import { mean } from './order-statistics.ts';
import { studentQuantile, studentUpperTail } from './student-t.ts';

/** One value a run. */
export interface Repeats {
  readonly values: readonly number[];
  /** Standard error of each value, from the scatter inside its own run. */
  readonly errors: readonly number[];
}

export interface RepeatsDifference {
  /** Later minus earlier. */
  readonly difference: number;
  /** 95 % interval. */
  readonly low: number;
  readonly high: number;
  /** One-sided: that runs which differ by chance alone differ upwards by as much. */
  readonly pHigher: number;
}

/** What is known of the spread between runs before any is seen: a standard deviation, worth so many degrees of freedom. */
export interface SpreadPrior {
  readonly deviation: number;
  readonly degrees: number;
}

/**
 * Compares a few repeats with a few others: a moderated t-test (Smyth 2004, the test of limma for genes with few
 * replicates). The variance between runs is that of the runs seen, shrunk toward a prior:
 *
 *     s^2 = (d0 s0^2 + sum of squared deviations) / (d0 + n + m - 2)
 *     t   = (mean of m - mean of n) / sqrt(s^2 (1/n + 1/m)),  with d0 + n + m - 2 degrees of freedom
 *
 * Three runs that agree by chance thus make no tiny difference certain, and one run alone may be compared at all: its
 * spread is then what is usual. Runs differ by more than their own scatter tells, never by less: the standard
 * errors inside the runs are a lower bound of s.
 */
export function compareRepeats(earlier: Repeats, later: Repeats, prior: SpreadPrior): RepeatsDifference {
  const [n, m] = [earlier.values.length, later.values.length];
  const degrees = prior.degrees + n + m - 2;
  const squares = prior.degrees * prior.deviation ** 2 + squaredDeviations(earlier) + squaredDeviations(later);
  const inside = mean([...earlier.errors, ...later.errors].map((error) => error ** 2));
  const error = Math.sqrt(Math.max(squares / degrees, inside) * (1 / n + 1 / m));
  const difference = mean(later.values) - mean(earlier.values);
  const reach = studentQuantile(0.025, degrees) * error;
  return {
    difference,
    low: difference - reach,
    high: difference + reach,
    pHigher: error > 0 ? studentUpperTail(difference / error, degrees) : difference > 0 ? 0 : 1,
  };
}

function squaredDeviations({ values }: Repeats): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
}
