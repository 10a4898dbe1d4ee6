/**
 * Units are part of names and types. These aliases document them, but do not prevent a mix-up: readers check the suffix of
 * the name (`durationMs`, `heapUsedBytes`).
 */
export type Bytes = number;
export type Milliseconds = number;
export type Microseconds = number;
/** Milliseconds since 1970, from the wall clock: may jump. Only for showing. */
export type WallMs = number;
/**
 * Milliseconds of the host's monotonic clock (`process.hrtime`): comparable between processes of one host. All durations
 * come from it.
 */
export type MonoMs = number;
/** Share from 0 to 1. */
export type Share = number;
/** Percent of one core: 100 is one core busy, 250 is two and a half. */
export type CpuPercent = number;

const DURATION_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const LONGEST_DURATION = 100;
/** Ten years: more is a slip. */
const MOST_DURATION_MS = 3650 * 86_400_000;

/** Reads `500ms`, `1s`, `1.5h`, `8h30m`; a bare number is not a duration. Null when the text is none. */
export function parseDurationMs(text: string): Milliseconds | null {
  if (text.length > LONGEST_DURATION) return null;
  const compact = text.trim().replace(/\s+/g, '');
  if (!/^(\d+(\.\d+)?(ms|s|min|m|h|d))+$/.test(compact)) return null;
  let totalMs = 0;
  for (const [, amount, unit] of compact.matchAll(/(\d+(?:\.\d+)?)(ms|s|min|m|h|d)/g)) {
    totalMs += Number(amount) * (DURATION_MS[unit ?? ''] ?? Number.NaN);
  }
  return totalMs <= MOST_DURATION_MS ? totalMs : null;
}

/** `8 h 00 m 12 s`, `1 m 05 s`, `12.3 s`, `450 ms`. */
export function formatDuration(durationMs: Milliseconds): string {
  if (!Number.isFinite(durationMs)) return 'unknown';
  if (durationMs < 0) return `-${formatDuration(-durationMs)}`;
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 59_950) return `${trimZero((durationMs / 1000).toFixed(1))} s`;
  const seconds = Math.round(durationMs / 1000);
  const s = seconds % 60;
  const m = Math.floor(seconds / 60) % 60;
  const h = Math.floor(seconds / 3600);
  if (h === 0) return `${m} m ${pad2(s)} s`;
  if (h < 72) return `${h} h ${pad2(m)} m`;
  return `${trimZero((h / 24).toFixed(1))} days`;
}

const HOUR_MS = 3_600_000;

/** A slope on the clock of milliseconds, as a rate. */
export function perHour(slopePerMs: number): number {
  return slopePerMs * HOUR_MS;
}

const BYTE_UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};

/** Reads `512MiB`, `100 MB`, `1.5GiB`. Decimal and binary units are kept apart. Null when the text is none. */
export function parseBytes(text: string): Bytes | null {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?i?b)$/i.exec(text.trim());
  const factor = match && BYTE_UNITS[(match[2] ?? '').toLowerCase()];
  return match && factor ? Number(match[1]) * factor : null;
}

/** `-1.2 MB`, `310 KB`, `96 B`: decimal units, as operating systems and graphs show them. */
export function formatBytes(bytes: Bytes): string {
  const size = Math.abs(bytes);
  const sign = bytes < 0 ? '-' : '';
  if (!Number.isFinite(size)) return 'unknown';
  if (size < 1000) return `${sign}${Math.round(size)} B`;
  if (size < 999_500) return `${sign}${threeDigits(size / 1e3)} KB`;
  if (size < 999_500_000) return `${sign}${threeDigits(size / 1e6)} MB`;
  return `${sign}${threeDigits(size / 1e9)} GB`;
}

/** `1,204,512`. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return 'unknown';
  const [whole = '', fraction] = Math.abs(count).toString().split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return `${count < 0 ? '-' : ''}${grouped}${fraction ? `.${fraction}` : ''}`;
}

function threeDigits(value: number): string {
  return trimZero(value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0));
}

function trimZero(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function pad2(value: number): string {
  return value.toString().padStart(2, '0');
}
