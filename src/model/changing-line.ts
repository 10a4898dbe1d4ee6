/** A statement that adds to a holder or takes from it. */
export interface ChangingLine {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly function: string;
  /** `name@version`, null for the application's own code. */
  readonly package: string | null;
  /** The line itself; null where its text is not known. */
  readonly excerpt: string | null;
  /** Up to five lines of the source around it. */
  readonly context?: { readonly first: number; readonly lines: readonly string[] };
  /** Calls of its function while calls were counted; absent where they were not. Zero: it did not run meanwhile. */
  readonly runs?: number;
  /** Its function may run without it: it is after a condition or an early return, or in a loop. */
  readonly isConditional?: true;
  /** It is given another value than the one that was added, and takes out nothing unless both are the same object; their names, where they have one. */
  readonly otherValue?: { readonly removed: string | null; readonly added: string | null };
  /** Calls for each request answered meanwhile; only where the statement is run each time its function is. */
  readonly perRequest?: number;
  /**
   * The requests that lead there, where what stays is a whole number for each of one route and of no other: `POST /orders`.
   */
  readonly route?: string;
  /** Only those of them that end so leave something. */
  readonly outcome?: 'failed' | 'aborted';
}
