const SECONDS: Readonly<Record<string, number>> = { s: 1, sec: 1, m: 60, min: 60, h: 3600 };

/** Reads `100/s`, `30/m`, `3600/h`; a bare number is per second. Null when it is no rate. */
export function parseRatePerSecond(value: string | number): number | null {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : null;
  const match = /^\s*(\d+(?:\.\d+)?)\s*(?:\/\s*(s|sec|m|min|h))?\s*$/.exec(value);
  return match ? Number(match[1]) / (SECONDS[match[2] ?? 's'] ?? 1) : null;
}
