import { type Finding, isDegradationKind, isLeakKind } from '../model/finding.ts';
import type { Report } from '../model/report.ts';
import { formatDuration, type Milliseconds } from '../model/units.ts';
import { figure } from './words.ts';

export type VerifyStatus = 'gone' | 'still-there' | 'not-enough-data';

export interface Verification {
  readonly status: VerifyStatus;
  /** One sentence for people. */
  readonly detail: string;
  /** The finding as it is in the new run; null where there is none. */
  readonly now: Finding | null;
}

const SHORTEST_MS = 60_000;
/** A leak of objects shows in this many of them; twice as many leave no doubt that it is gone. */
const OBJECTS_WANTED = 400;

/**
 * How long a run must be to say whether a finding is gone. A leak that comes with requests needs time for some hundred
 * objects; what needed a long run to be seen (degradations, series without objects) needs as long a run again.
 */
export function verifyDuration(finding: Finding, firstDurationMs: Milliseconds, requests: number): Milliseconds {
  const perRequest = finding.growth?.objectsPerRequest ?? null;
  if (!isLeakKind(finding.kind) || perRequest === null || perRequest <= 0 || requests <= 0) {
    return Math.max(SHORTEST_MS, firstDurationMs);
  }
  const neededMs = (OBJECTS_WANTED / perRequest / requests) * firstDurationMs;
  return Math.round(Math.max(SHORTEST_MS, Math.min(neededMs, firstDurationMs)));
}

/** Is the finding of an earlier run in this report too? By its id, else by the same holder or class and kind. */
export function verifyFinding(before: Finding, report: Report): Verification {
  const now =
    report.findings.find(({ id }) => id === before.id) ??
    report.findings.find((other) => isSame(before, other)) ??
    null;
  if (now && now.confidence !== 'possible') {
    return { status: 'still-there', detail: `Still there, ${now.confidence}${change(before, now)}: ${now.title}`, now };
  }
  if (now) {
    return {
      status: 'not-enough-data',
      detail: `It may still be there (possible)${change(before, now)}: ${now.title} A longer run (--minutes) tells.`,
      now,
    };
  }
  const open = report.checked.filter(({ check, status }) => status === 'insufficient-data' && speaksOf(check, before));
  if (report.run.requests === 0 && isLeakKind(before.kind)) {
    return { status: 'not-enough-data', detail: 'No request came in this run: nothing could have leaked.', now: null };
  }
  if (open.length > 0) {
    return {
      status: 'not-enough-data',
      detail: `This run could not tell: ${open.map(({ check, detail }) => `${check}: ${detail}`).join('; ')}.`,
      now: null,
    };
  }
  return {
    status: 'gone',
    detail: `Gone: in ${formatDuration(report.run.durationMs)} and ${figure(report.run.requests)} requests nothing like it was seen.`,
    now: null,
  };
}

function isSame(before: Finding, other: Finding): boolean {
  if (other.kind !== before.kind) return false;
  const [a, b] = [before.subject, other.subject];
  return a.holder === b.holder && a.holder !== '(unknown)' && (a.class === b.class || !isLeakKind(before.kind));
}

/** ` (1.00 a request before, 0.98 now)`. */
function change(before: Finding, now: Finding): string {
  const [was, is] = [before.growth?.objectsPerRequest, now.growth?.objectsPerRequest];
  return typeof was === 'number' && typeof is === 'number'
    ? ` (${figure(was)} a request before, ${figure(is)} now)`
    : '';
}

const CHECK_OF_KIND: Readonly<Record<string, readonly string[]>> = {
  'native-memory-leak': ['native memory'],
  'external-memory-leak': ['external memory'],
  'fd-leak': ['descriptors'],
  'socket-leak': ['sockets'],
  'thread-leak': ['threads'],
  'latency-degradation': ['latency'],
  'throughput-degradation': ['throughput'],
  'error-rate-degradation': ['errors'],
  'event-loop-degradation': ['event loop'],
  'cpu-degradation': ['CPU a request'],
  'gc-pressure': ['garbage collection'],
  'hot-function': ['hot functions'],
  'slo-breach': ['limits'],
  'pool-exhaustion': ['pools'],
};

/** The check that would have seen it; of a leak that no other check is named for, the heap. */
function speaksOf(check: string, { kind }: Finding): boolean {
  const checks = CHECK_OF_KIND[kind] ?? (isDegradationKind(kind) ? [] : ['JS heap']);
  return checks.includes(check);
}
