import type { RunData } from './run-data.ts';

/** Why a figure of the load cannot be judged: nobody drove it, nobody answered, or for too short a time. */
export function tooFewIntervals({ manifest, requests }: RunData, what: string): string {
  if (manifest.plan.load !== 'scenario' && requests.length === 0)
    return `${what} is known only where the load is driven by this tool`;
  if (requests.every(({ count }) => count === 0)) return `${what} is not known: no request was completed`;
  return `too few intervals with requests to judge ${what}`;
}
