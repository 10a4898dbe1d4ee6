import { isMetricName } from '../model/metric-catalogue.ts';
import type { Sample } from '../model/sample.ts';
import { encodeJournalLine } from './journal.ts';
import { count, fields, mapOf, moment, number } from './shape.ts';

const readFields = fields<Sample>({
  wallMs: moment,
  monoMs: moment,
  segment: count,
  lateMs: number,
  values: mapOf(number),
});

/**
 * One line of samples.ndjson. Figures keep four decimals (a tenth of a microsecond, a hundredth of a percent of a
 * share); a value that is no number is absent, as it is when it could not be read.
 */
export function encodeSample(sample: Sample): string {
  const values = Object.entries(sample.values).filter(([, value]) => Number.isFinite(value));
  return encodeJournalLine({
    wallMs: rounded(sample.wallMs),
    monoMs: rounded(sample.monoMs),
    segment: sample.segment,
    lateMs: rounded(sample.lateMs),
    values: Object.fromEntries(values.map(([name, value]) => [name, rounded(value)])),
  });
}

/**
 * Reads one record of samples.ndjson; throws a ShapeError. Metrics of a later catalogue are left out and reported one by
 * one.
 */
export function readSample(record: object, onUnknownMetric: (name: string) => void = () => {}): Sample {
  const sample = readFields(record, '');
  const known = Object.entries(sample.values).filter(([name]) => {
    if (!isMetricName(name)) onUnknownMetric(name);
    return isMetricName(name);
  });
  return { ...sample, values: Object.fromEntries(known) };
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
