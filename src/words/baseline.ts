import type { ComparedMeasure, MeasureUnit, RunConditions } from '../model/baseline.ts';
import { formatBytes, type Share } from '../model/units.ts';
import { figure, percent } from './figures.ts';
import { capital, code } from './terms.ts';

/** Titles of figures that are no metric of the catalogue. */
export const MEASURE_TITLE = {
  latency: (percentile: 'median' | '95th percentile', request: string): string =>
    `${percentile} latency of ${code(request)}`,
  rate: 'rate of answered requests',
  errors: 'share of failed requests',
  cpu: 'CPU time per request',
  collections: 'share of time spent collecting garbage',
} as const;

/** Where to look, by the figure that got worse. */
const ADVICE: readonly (readonly [prefix: string, advice: string])[] = [
  [
    'latency',
    'Compare the CPU profiles of both builds (profiler flame NEW --diff OLD), then look at what the requests wait for: database, other services, locks.',
  ],
  ['cpu', 'Compare the CPU profiles of both builds: profiler flame NEW --diff OLD.'],
  [
    'heap',
    'Compare heap snapshots of both builds by class: profiler heap diff OLD NEW --json; ids cannot be compared between processes.',
  ],
  ['memory', 'See whether the JS heap grew as well; if it did not, look at buffers and native modules.'],
  ['loop', 'Look for synchronous work in the flame graph of the new build: profiler flame NEW --diff OLD.'],
  ['gc', 'More garbage is created: look at the allocation stacks in the report of the new run.'],
  ['load.errors', 'Look at the kinds of errors in requests.ndjson of the new run, and at the log of the service.'],
  ['load.rate', 'In a closed load the rate follows from latency: look there first.'],
];

export function advice(key: string): string {
  return ADVICE.find(([prefix]) => key.startsWith(prefix))?.[1] ?? '';
}

type Compared = Omit<ComparedMeasure, 'verdict'>;

export function title({ title: what, unit, better, baseline, now, changeShare }: Compared): string {
  const verb = better === 'lower' ? 'rose' : 'fell';
  const isPart = unit === 'share' || unit === 'percent';
  const share = isPart || changeShare === null ? '' : ` (${signedPercent(changeShare)})`;
  return `${capital(what)} ${verb} from ${amount(baseline.median, unit)} to ${amount(now.median, unit)}${share}.`;
}

export function ranges({ unit, baseline, now, changeShareCI, changeCI }: Compared): string {
  const interval =
    changeShareCI && unit !== 'percent'
      ? `${signedPercent(changeShareCI[0])} to ${signedPercent(changeShareCI[1])}`
      : `${amount(changeCI[0], unit)} to ${amount(changeCI[1], unit)}`;
  const range = ({ low, high }: Compared['now']): string => `${amount(low, unit)} to ${amount(high, unit)}`;
  return `${runWords(baseline.runs)} of the baseline: ${range(baseline)}; ${runWords(now.runs)} now: ${range(now)}. 95 % interval of the change: ${interval}.`;
}

export const FEW_RUNS =
  'With so few runs in the baseline, the normal difference between runs was assumed, not measured.';
export const ONE_RUN = 'The single new run may be an outlier: repeat it, and compare both together.';

export function lostMeasures(keys: readonly string[]): string {
  return `not measured now, though the baseline has it: ${keys.join(', ')}`;
}

export function spreadAssumed(runs: number, enough: number): string {
  const has = runs === 1 ? 'one run' : `${runs} runs`;
  return `the baseline has ${has}: the normal difference between runs is assumed, so only a large change can be detected. From ${enough} runs on it is measured (profiler baseline save RUN RUN RUN, or --add)`;
}

const CONDITION = {
  target: 'the service',
  node: 'the Node major',
  scenario: 'the scenario',
  host: 'the host',
  length: 'the length',
} as const;

/** Why two runs may not be compared. */
export function differs(what: keyof typeof CONDITION, before: string, after: string): string {
  return `${CONDITION[what]} differs: ${before} in the baseline, ${after} now`;
}

export function scenarioChanged(name: string): string {
  return `the load, set-up or tasks of the scenario ${name} were changed`;
}

export const NOT_DRIVEN = 'load not driven by the profiler';

export function hostWords({ platform, cpus, memoryBytes }: RunConditions['host']): string {
  return `${platform} with ${cpus} cores and ${formatBytes(memoryBytes)}`;
}

function amount(value: number, unit: MeasureUnit): string {
  switch (unit) {
    case 'bytes':
      return formatBytes(value);
    case 'share':
      return percent(value);
    case 'percent':
      return `${figure(value)} %`;
    case 'ms':
      return `${figure(value)} ms`;
    case 'per-second':
      return `${figure(value)}/s`;
  }
}

function signedPercent(share: Share): string {
  return `${share > 0 ? '+' : ''}${percent(share)}`;
}

function runWords(count: number): string {
  return count === 1 ? 'One run' : `${count} runs`;
}
