import { formatBytes, formatCount, formatDuration } from '../model/units.ts';

/** A measured figure for people, by the unit that a gate or a series carries. */
export function formatValue(value: number | null, unit: string): string {
  if (value === null || !Number.isFinite(value)) return 'unknown';
  switch (unit) {
    case 'bytes':
      return formatBytes(value);
    case 'bytes/h':
    case 'bytesPerHour':
      return `${formatBytes(value)}/h`;
    case 'bytes-per-second':
      return `${formatBytes(value)}/s`;
    case 'per-second':
      return `${threeDigits(value)}/s`;
    case 'ms':
      return formatMs(value);
    case 'share':
      return formatPercent(value);
    case 'percent':
    case '%':
      return `${threeDigits(value)} %`;
    case 'count':
    case '':
      return formatCount(roundForReading(value));
    default:
      return `${formatCount(roundForReading(value))} ${unit}`;
  }
}

/** `0.42 ms`, `181 ms`, `4.1 s`: latencies and pauses, where formatDuration would round a fraction away. */
export function formatMs(ms: number): string {
  return Math.abs(ms) < 1000 ? `${threeDigits(ms)} ms` : formatDuration(ms);
}

/** `97.8 %` of a share from 0 to 1; never rounded up to 100 %, since 100 % is read as a promise. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  if (percent < 100 && percent >= 99.95) return `${(Math.floor(percent * 100) / 100).toFixed(2)} %`;
  return `${threeDigits(percent)} %`;
}

/** A moment in the run: `12.4 s`, `3 h 05 m`. */
export function formatMoment(tSec: number): string {
  return tSec === 0 ? '0 s' : formatDuration(Math.round(tSec * 1000));
}

/** `2026-11-22 23:00:05 UTC`; the text itself where it is no date. */
export function formatInstant(wallMs: number): string {
  const date = new Date(wallMs);
  return Number.isNaN(date.getTime()) ? 'unknown' : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return formatCount(Math.round(value));
  const text = value.toFixed(size < 10 ? 2 : 1);
  return text.replace(/\.?0+$/, '');
}

function roundForReading(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
