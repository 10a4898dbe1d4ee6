import { formatBytes, formatCount, formatDuration } from '../model/units.ts';

/** A value on an axis or next to a cursor. */
export function formatAxis(value: number, unit: string): string {
  if (unit === 'bytes') return formatBytes(value);
  if (unit === 'ms') return value >= 1000 ? formatDuration(value) : `${short(value)} ms`;
  if (unit === 'percent') return `${short(value)} %`;
  if (unit === 'share') return `${short(value * 100)} %`;
  return Math.abs(value) >= 100_000 ? `${formatCount(Math.round(value / 1000))}k` : formatCount(Number(short(value)));
}

/** `20 s`, `1 m`, `1 m 30 s`, `3 h`: without the zeros that formatDuration keeps, since ticks are close together. */
export function formatTime(tSec: number): string {
  return tSec === 0 ? '0' : formatDuration(Math.round(tSec * 1000)).replace(/ 00 [sm]$/, '');
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
