import type { Measure, Role } from './measure.ts';

const WAITING: readonly string[] = ['waiting', 'waiters', 'waits', 'pending'];
const POOLED: readonly string[] = ['pool', 'connection', 'connections', 'client', 'clients'];
const BACKLOG: readonly string[] = [
  'queue',
  'queued',
  'backlog',
  'lag',
  'inflight',
  'outstanding',
  'unacked',
  'unprocessed',
  'undelivered',
  ...WAITING,
];
/** A limit or a moment is no amount that waits. */
const NO_AMOUNT: readonly string[] = ['max', 'maximum', 'limit', 'capacity', 'timestamp', 'created', 'uptime'];
const HITS: readonly string[] = ['hit', 'hits'];
const SHARE: readonly string[] = ['ratio', 'rate', 'percent', 'percentage', 'share'];
const TIME: readonly string[] = ['duration', 'latency', 'time', 'seconds', 'milliseconds', 'ms', 'elapsed'];

/** `http_queueDepth` as `http`, `queue`, `depth`. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** What the name of a gauge says of it. Only words that name one thing in every service are believed. */
export function gaugeRole(name: string): Role {
  const words = wordsOf(name);
  const has = (some: readonly string[]): boolean => words.some((word) => some.includes(word));
  if (has(HITS) && has(SHARE)) return 'hit-rate';
  if (has(NO_AMOUNT)) return 'none';
  if (has(POOLED) && has(WAITING)) return 'pool-wait';
  const isInFlight = words.some((word, i) => word === 'in' && ['flight', 'progress'].includes(words[i + 1] ?? ''));
  return has(BACKLOG) || isInFlight ? 'backlog' : 'none';
}

export function isTime(name: string): boolean {
  return wordsOf(name).some((word) => TIME.includes(word));
}

/** Unit by the suffix that the conventions of Prometheus ask for, and what to multiply by. */
export function unitOf(name: string): { readonly unit: Measure['unit']; readonly factor: number } {
  const words = wordsOf(name).filter((word) => !['total', 'sum', 'count'].includes(word));
  const last = words.at(-1) ?? '';
  if (last === 'bytes') return { unit: 'bytes', factor: 1 };
  if (last === 'seconds') return { unit: 'ms', factor: 1000 };
  if (last === 'milliseconds' || last === 'ms') return { unit: 'ms', factor: 1 };
  if (last === 'ratio') return { unit: 'share', factor: 1 };
  if (last === 'percent') return { unit: 'share', factor: 0.01 };
  return { unit: 'count', factor: 1 };
}

/** What every client library says of process and runtime is measured from here too, and judged there. */
export function isRuntime(name: string): boolean {
  return name.startsWith('process_') || name.startsWith('nodejs_');
}
