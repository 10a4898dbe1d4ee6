import type { ComparedMeasure, Comparison, MeasureVerdict } from '../../model/baseline.ts';
import { figure, formatValue } from '../figures.ts';
import { plural } from '../terms.ts';

export const VERDICT_WORDS: Readonly<Record<MeasureVerdict, string>> = {
  worse: 'REGRESSION',
  better: 'better',
  same: 'same',
  unclear: 'unclear',
};

/** `No regression against 5 runs.` */
export function comparisonHeadline({ verdict, findings, baseline, measures }: Comparison): string {
  const against = `against a baseline of ${plural(baseline.length, 'run')}`;
  if (verdict === 'inconclusive' && measures.length > 0)
    return `No regression found ${against}, but not enough data to pass.`;
  if (verdict === 'inconclusive') return `Nothing to compare: no figure is known on both sides, ${against}.`;
  if (verdict === 'fail' && findings.length === 0) return `No regression ${against}, but the run fails its own gates.`;
  return findings.length === 0 ? `No regression ${against}.` : `${plural(findings.length, 'regression')} ${against}.`;
}

/** Cells of a row: figure, baseline with its range, now with its range, change with its interval. */
export function comparisonRow(measure: ComparedMeasure): readonly [string, string, string, string] {
  const { title, unit, baseline, now } = measure;
  return [title, rangeWords(baseline, unit), rangeWords(now, unit), changeWords(measure)];
}

function rangeWords({ median, low, high, runs }: ComparedMeasure['baseline'], unit: ComparedMeasure['unit']): string {
  const value = formatValue(median, unit);
  return runs === 1 ? value : `${value} (${formatValue(low, unit)} to ${formatValue(high, unit)})`;
}

function changeWords({ changeShare, changeShareCI, change, changeCI, unit }: ComparedMeasure): string {
  if (unit === 'share' || unit === 'percent' || changeShare === null || changeShareCI === null) {
    const points = unit === 'percent' ? 1 : 100;
    return `${signed(points * change)} pp [${signed(points * changeCI[0])}, ${signed(points * changeCI[1])}]`;
  }
  const [low, high] = changeShareCI;
  return `${signed(100 * changeShare)} % [${signed(100 * low)}, ${signed(100 * high)}]`;
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${figure(value)}`;
}
