import type { SourcePlace } from '../model/profiles.ts';
import { formatBytes, formatCount } from '../model/units.ts';

/** Puts a name between backticks: reports set what stands between them as code. */
export function code(name: string): string {
  return `\`${name.replaceAll('`', "'")}\``;
}

/** A function in words: by its name, or by its place where it has none. */
export function functionWords({ name, place }: { readonly name: string; readonly place: SourcePlace }): string {
  return name === '(anonymous)' ? `the function at ${code(`${place.file}:${place.line}`)}` : code(name);
}

const HOUR_MS = 3_600_000;

export function perHour(slopePerMs: number): number {
  return slopePerMs * HOUR_MS;
}

/** `4.1 MB/h`. */
export function bytesPerHour(slopePerMs: number): string {
  return `${formatBytes(perHour(slopePerMs))}/h`;
}

const SHORT_SPAN_MS = 1_800_000;

/** `14 a minute` where the run was short, `840 ms an hour` else: a rate is read best in the length that was seen. */
export function rateWords(slopePerMs: number, spanMs: number, unit: string = ''): string {
  const isShort = spanMs < SHORT_SPAN_MS;
  const amount = `${figure(perHour(slopePerMs) / (isShort ? 60 : 1))} ${unit}`.trimEnd();
  return `${amount} ${isShort ? 'a minute' : 'an hour'}`;
}

/** Three digits at most: `0.49`, `12.3`, `1,240`. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return formatCount(Math.round(value));
  return Number(value.toPrecision(size < 0.01 ? 1 : size < 1 ? 2 : 3)).toString();
}

/** `1.5 a request`, `one in 125 requests`: small rates are read best turned around. */
export function perRequestWords(rate: number): string {
  return rate > 0 && rate < 0.1 ? `one in ${figure(1 / rate)} requests` : `${figure(rate)} a request`;
}

export function percent(share: number): string {
  return `${figure(100 * share)} %`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const NUMBERS: readonly string[] = [
  'no',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
];

/** `one`, `two`, then figures. */
export function numberWord(count: number): string {
  return NUMBERS[count] ?? formatCount(count);
}
