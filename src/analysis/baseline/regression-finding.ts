import type { ComparedMeasure, MeasuredRun, MeasureUnit } from '../../model/baseline.ts';
import type { Finding } from '../../model/finding.ts';
import { formatBytes } from '../../model/units.ts';
import { figure, percent } from '../../words/figures.ts';
import { capital } from '../../words/terms.ts';
import { findingId } from '../finding-id.ts';
import { NO_LIMIT } from '../limits.ts';
import { ENOUGH_RUNS } from './measure-catalogue.ts';

/** Where to look, by the figure that got worse. */
const WHAT_TO_DO: readonly (readonly [prefix: string, advice: string])[] = [
  [
    'latency',
    'Compare the CPU profiles of both builds (profiler flame NEW --diff OLD), then what the requests wait for: database, other services, locks.',
  ],
  ['cpu', 'Compare the CPU profiles of both builds: profiler flame NEW --diff OLD.'],
  [
    'heap',
    'Compare heap snapshots of both builds by class: profiler heap diff OLD NEW --json; ids do not compare between processes.',
  ],
  ['memory', 'See whether the JS heap grew as well; if it did not, look at buffers and native modules.'],
  ['loop', 'Look for synchronous work in the flame graph of the new build: profiler flame NEW --diff OLD.'],
  ['gc', 'More garbage is made: look at the allocation stacks in the report of the new run.'],
  ['load.errors', 'Look at the kinds of errors in requests.ndjson of the new run, and at the log of the service.'],
  ['load.rate', 'In a closed load the rate follows from latency: look there first.'],
];

/** A figure that got worse, as a finding; `weight` orders them: how many times its own level a figure moved. */
export function regressionFinding(
  measure: ComparedMeasure,
  { baseline, runs }: { readonly baseline: readonly MeasuredRun[]; readonly runs: readonly MeasuredRun[] },
): { readonly finding: Omit<Finding, 'rank'>; readonly weight: number } {
  const { key, title, unit, better, baseline: before, now, changeShare, changeShareCI, changeCI } = measure;
  const verb = better === 'lower' ? 'rose' : 'fell';
  const share = changeShare === null ? '' : ` (${signedPercent(changeShare)})`;
  const confirmed = baseline.length >= ENOUGH_RUNS;
  const interval = changeShareCI
    ? `${signedPercent(changeShareCI[0])} to ${signedPercent(changeShareCI[1])}`
    : `${amount(changeCI[0], unit)} to ${amount(changeCI[1], unit)}`;
  return {
    weight: Math.abs(changeShare ?? Number.POSITIVE_INFINITY),
    finding: {
      id: findingId('regression', key, better),
      kind: 'regression',
      confidence: confirmed ? 'confirmed' : 'likely',
      severity: Math.abs(changeShare ?? 1) >= 0.5 ? 'critical' : 'major',
      title: `${capital(title)} ${verb} from ${amount(before.median, unit)} to ${amount(now.median, unit)}${share}.`,
      subject: { class: key, holder: title, path: [], source: null, package: null },
      growth: {
        bytesPerHour: null,
        bytesPerHourCI: null,
        bytesPerRequest: null,
        objectsPerRequest: null,
        shareOfGrowth: null,
        ...NO_LIMIT,
      },
      evidence: [
        {
          what: `${runWords(before.runs)} of the baseline: ${amount(before.low, unit)} to ${amount(before.high, unit)}; ${runWords(now.runs)} now: ${amount(now.low, unit)} to ${amount(now.high, unit)}. 95 % interval of the change: ${interval}.`,
          file: null,
        },
      ],
      against: [
        ...(confirmed
          ? []
          : ['With so few runs in the baseline, how much runs differ by themselves was assumed, not measured.']),
        ...(runs.length === 1 ? ['One new run may have had a bad hour: repeat it, and compare both together.'] : []),
      ],
      recommendation: WHAT_TO_DO.find(([prefix]) => key.startsWith(prefix))?.[1] ?? '',
      verify: '',
    },
  };
}

function amount(value: number, unit: MeasureUnit): string {
  switch (unit) {
    case 'bytes':
      return formatBytes(value);
    case 'share':
      return percent(value);
    case 'ms':
      return `${figure(value)} ms`;
    case 'per-second':
      return `${figure(value)}/s`;
  }
}

function signedPercent(share: number): string {
  return `${share > 0 ? '+' : ''}${percent(share)}`;
}

function runWords(count: number): string {
  return count === 1 ? 'One run' : `${count} runs`;
}
