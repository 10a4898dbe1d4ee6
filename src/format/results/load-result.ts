import type { CrossedLimit } from '../../model/run-event.ts';
import type { Milliseconds, Share, WallMs } from '../../model/units.ts';

/**
 * What another load tool says of a stretch of time under one request name, where it keeps percentiles instead of requests.
 */
export interface ResultSummary {
  readonly name: string;
  /** Null: the file says only how long it lasted. */
  readonly startWallMs: WallMs | null;
  readonly durationMs: Milliseconds;
  /** Completed requests, errors included. */
  readonly count: number;
  readonly errors: number;
  readonly errorKinds: Readonly<Record<string, number>>;
  /** Arrivals of this stretch that the tool could not send; absent where it does not say. */
  readonly dropped?: number;
  /** Share of the requests and the latency that they do not exceed, both rising; empty if there are none. */
  readonly quantiles: readonly (readonly [share: Share, latencyMs: Milliseconds])[];
}

/** Where a reader of results puts what it reads. */
export interface ResultSink {
  /** One request. `error`: its kind, null if it went as the tool expected. */
  request(endWallMs: WallMs, name: string, durationMs: Milliseconds, error: string | null): void;
  summary(summary: ResultSummary): void;
  /** Arrivals that the tool could not send. */
  dropped(wallMs: WallMs, count: number): void;
  /** A limit of the data, said once a kind. */
  note(text: string): void;
  /** A record that cannot be used; `times`: how many of them. */
  damage(reason: string, times?: number): void;
  /** The file is cut off or broken, and it is unknown how much is missing. */
  lost(reason: string): void;
  /** What the load tool itself found wanting, and does not fail by: checks that failed. In words. */
  verdict(text: string): void;
  /** A limit of the load tool that was not held: it fails by that, and so does the run. */
  crossed(limit: CrossedLimit): void;
}

/** Reads a result piece by piece; memory does not grow with the file. */
export interface ResultReader {
  push(bytes: Uint8Array): void;
  end(): void;
}

/** The beginning of a file, to be recognised. */
export interface ResultHead {
  readonly bytes: Uint8Array;
  /** The same as text. */
  readonly text: string;
  /** The first line that is not empty. */
  readonly firstLine: string;
}

export interface ResultFormat {
  /** As reports and `--format` name it. */
  readonly id: string;
  readonly title: string;
  readonly matches: (head: ResultHead) => boolean;
  readonly open: (sink: ResultSink) => ResultReader;
}

/** `status 500`, or what a code that is none says. */
export function statusError(code: string | number): string {
  return /^\d{3}$/.test(String(code)) ? `status ${code}` : String(code).slice(0, 60) || 'failed';
}
