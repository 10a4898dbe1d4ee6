import { formatBytes, formatCount, formatDuration, type Milliseconds, perHour, type Share } from '../model/units.ts';
import type { FlameUnit } from '../model/weighted-tree.ts';

/** Three digits at most: `0.49`, `12.3`, `1,240`. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return formatCount(Math.round(value));
  return Number(value.toPrecision(size < 0.01 ? 1 : size < 1 ? 2 : 3)).toString();
}

/** `97.8 %` of a share from 0 to 1; never rounded up to 100 %, since 100 % is read as a promise. */
export function percent(share: Share): string {
  const amount = share * 100;
  if (amount < 100 && amount >= 99.95) return `${(Math.floor(amount * 100) / 100).toFixed(2)} %`;
  return `${figure(amount)} %`;
}

/** `0.42 ms`, `181 ms`, `4.1 s`: latencies and pauses, where formatDuration would round a fraction away. */
export function formatMs(ms: Milliseconds): string {
  return Math.abs(ms) < 1000 ? `${figure(ms)} ms` : formatDuration(ms);
}

/** A value of a flame graph, by the unit of the graph. */
export function formatFlameValue(value: number, unit: FlameUnit): string {
  switch (unit) {
    case 'microseconds':
      return formatMs(value / 1000);
    case 'bytes':
      return formatBytes(value);
    case 'count':
      return formatCount(Math.round(value));
  }
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
      return `${figure(value)}/s`;
    case 'ms':
      return formatMs(value);
    case 'share':
      return percent(value);
    case 'percent':
    case '%':
      return `${figure(value)} %`;
    case 'count':
    case '':
      return formatCount(roundForReading(value));
    default:
      return `${formatCount(roundForReading(value))} ${unit}`;
  }
}

/** `4.1 MB/h`. */
export function bytesPerHour(slopePerMs: number): string {
  return `${formatBytes(perHour(slopePerMs))}/h`;
}

const SHORT_SPAN_MS = 1_800_000;

/** `14 a minute` where the run was short, `840 ms an hour` else: a rate is read best in the length that was seen. */
export function rateWords(slopePerMs: number, spanMs: Milliseconds, unit: string = ''): string {
  const isShort = spanMs < SHORT_SPAN_MS;
  const amount = `${figure(perHour(slopePerMs) / (isShort ? 60 : 1))} ${unit}`.trimEnd();
  return `${amount} ${isShort ? 'a minute' : 'an hour'}`;
}

/** `1.5 per request`, `one in 125 requests`: small rates are read best turned around. */
export function perRequestWords(rate: number): string {
  return rate > 0 && rate < 0.1 ? `one in ${figure(1 / rate)} requests` : `${figure(rate)} per request`;
}

const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'] as const;

/** `one`, `two`, then figures. */
export function numberWord(count: number): string {
  return NUMBERS[count] ?? formatCount(count);
}

function roundForReading(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
