import type { Milliseconds } from '../model/units.ts';

/** Why a connection is gone. */
export interface SessionEnd {
  /** `target-exiting`: its program has ended, and the process waits until everybody has released it. */
  readonly cause: 'target-exiting' | 'closed';
  /** As text. */
  readonly detail: string;
}

/** One inspector connection to one process. Every call has a deadline; a closed socket rejects all that is pending. */
export interface InspectorSession {
  /**
   * Sends one CDP command. Rejects with an InspectorError on a protocol error, on the deadline, or when the connection
   * closes.
   */
  call<Result = unknown>(
    method: string,
    params?: object,
    options?: { readonly deadlineMs?: Milliseconds },
  ): Promise<Result>;
  /** Listens to one CDP event; returns what ends the listening. */
  on<Params = unknown>(event: string, listener: (params: Params) => void): () => void;
  /**
   * Evaluates an expression on the main thread of the target and returns its value (JSON): wherever the program is at
   * that moment, in an endless loop too. For looking, not for changing what Node itself works on.
   * `require` is available during the synchronous part. Promises are not awaited: a blocked loop would hang the call.
   */
  evaluate<Value = unknown>(expression: string, options?: { readonly deadlineMs?: Milliseconds }): Promise<Value>;
  /**
   * Evaluates like `evaluate`, but where the program's own code could run: for whatever sets or clears timers, subscribes,
   * wraps, opens or closes. A loop that does not end within a second is interrupted for it all the same.
   */
  evaluateInTurn<Value = unknown>(expression: string, options?: { readonly deadlineMs?: Milliseconds }): Promise<Value>;
  /**
   * Settles (never rejects) when the connection is gone. A process whose program has ended is released at once: as long
   * as one connection is open, Node does not let it exit.
   */
  readonly closed: Promise<SessionEnd>;
  /** The same for callers that cannot wait; null while the connection is open. */
  readonly end: SessionEnd | null;
  readonly isOpen: boolean;
  /**
   * Every call that waits for its answer or is made from now on is given up by then, or a moment after it was made. For
   * the end of a run: a service that is stopped would be waited for by the deadline of one call after the other.
   */
  hasten(withinMs: Milliseconds): void;
  /**
   * Closes the connection only; closing the inspector of the target is `Attachment.detach`. Takes no further call at once;
   * what is on its way from the target may still arrive.
   */
  disconnect(end?: SessionEnd): void;
}
