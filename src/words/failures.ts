import type { RequestInterval } from '../model/requests.ts';
import { formatCount } from '../model/units.ts';
import { code } from './terms.ts';

const SHOWN = 3;

/** The most frequent failures, by request name and kind; null if nothing failed. */
export function errorWords(intervals: readonly RequestInterval[]): string | null {
  const counts = new Map<string, number>();
  for (const { name, errorKinds } of intervals) {
    for (const [kind, count] of Object.entries(errorKinds)) {
      const key = `${kind} at ${code(name)}`;
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
  }
  const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, SHOWN);
  return most.length === 0 ? null : most.map(([key, count]) => `${key} (${formatCount(count)})`).join(', ');
}
