import type { ChangingLine } from './changing-line.ts';
import type { CheckId } from './check-id.ts';
import type { FindingKind } from './finding-catalogue.ts';
import type { RequestOutcome } from './heap-growth.ts';
import type { SourcePlace } from './profiles.ts';

export type Confidence = 'confirmed' | 'likely' | 'possible';

/** To compare by: the surer the larger, steps of one. */
export const SURENESS: Readonly<Record<Confidence, number>> = { confirmed: 2, likely: 1, possible: 0 };
export type Severity = 'critical' | 'major' | 'minor';

/** In place of a class or a holder that is unknown. */
export const UNKNOWN = '(unknown)';

export interface FindingSubject {
  /** Constructor, or the type of the resource: `OrderAudit`, `regular file`, `Timeout`. */
  readonly class: string;
  /** The oldest object whose subtree grows, in words: ``Map `pending` of module queue.js``. */
  readonly holder: string;
  readonly path: readonly string[];
  readonly source: {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly function: string;
  } | null;
  /** `source` is where the holder is made, since no line is known that makes what stays. */
  readonly isSourceOfHolder?: true;
  /** Where what stays is made, when that is another line: its function (a listener, a callback), or who allocates it. */
  readonly madeAt?: SourcePlace;
  /** `name@version`, null for the application's own code. */
  readonly package: string | null;
  /**
   * Statements that put it there, likeliest first, the service's own before those of packages. Absent where the code was not
   * read.
   */
  readonly added?: readonly ChangingLine[];
  /** Statements that could take it away again; empty if none was found. */
  readonly removed?: readonly ChangingLine[];
}

export interface Growth {
  readonly bytesPerHour: number | null;
  readonly bytesPerHourCI: readonly [number, number] | null;
  readonly bytesPerRequest: number | null;
  readonly objectsPerRequest: number | null;
  /**
   * The requests that it comes with, a whole number of objects with each: those of a name, or those of them that failed or
   * were aborted. Absent where that is not known.
   */
  readonly of?: { readonly request: string; readonly outcome: RequestOutcome; readonly perRequest: number };
  /** Of all that grew in the heap, the share that this finding explains. */
  readonly shareOfGrowth: number | null;
  readonly timeToLimitMs: number | null;
  readonly timeToLimitCI: readonly [number | null, number | null];
  /** The limit that is meant: `V8's heap limit`. `atPaceOfAll`: it is not this finding alone that meets it then. */
  readonly limit?: { readonly name: string; readonly bytes: number; readonly atPaceOfAll?: true };
  /** For what is counted rather than weighed (descriptors, threads, milliseconds): change per hour, and its unit. */
  readonly perHour?: number;
  readonly perHourUnit?: string;
  /**
   * What explains a series better: the requests that were served, or time; how straight it is over that; what it gained
   * meanwhile.
   */
  readonly over?: {
    readonly by: 'requests' | 'time';
    readonly rSquared: number;
    readonly gained: number;
    readonly requests: number | null;
  };
}

export interface Evidence {
  readonly what: string;
  readonly file: string | null;
}

export interface Finding {
  /** Stable across runs: a hash of class and retaining signature. */
  readonly id: string;
  readonly kind: FindingKind;
  readonly confidence: Confidence;
  readonly severity: Severity;
  /** From 1, over all findings of a report. */
  readonly rank: number;
  readonly title: string;
  readonly subject: FindingSubject;
  readonly growth: Growth | null;
  /** When the growth was first seen, from the start of the run. */
  readonly firstSeenMs?: number;
  /** Where the objects were allocated, by share of live bytes, largest first. */
  readonly allocatedAt?: readonly { readonly share: number; readonly stack: readonly SourcePlace[] }[];
  /** Counts of the class in the snapshots, in order. */
  readonly countSeries?: readonly number[];
  /** The check that found it; absent in reports of earlier versions. */
  readonly foundBy?: CheckId;
  readonly evidence: readonly Evidence[];
  readonly against: readonly string[];
  readonly recommendation: string;
  /** The line to type to see whether a fix helped. */
  readonly verify: string;
}
