import type { Milliseconds } from '../model/units.ts';

/** One inspector connection to one process. Every call has a deadline; a closed socket rejects all that is pending. */
export interface InspectorSession {
  /** Sends one CDP command. Rejects with an InspectorError on a protocol error, on the deadline, or when the connection closes. */
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
   * `require` is at hand during the synchronous part. Promises are not awaited: a blocked loop would hang the call.
   */
  evaluate<Value = unknown>(expression: string, options?: { readonly deadlineMs?: Milliseconds }): Promise<Value>;
  /**
   * Evaluates like `evaluate`, but where the program's own code could run: for whatever sets or clears timers, subscribes,
   * wraps, opens or closes. A loop that does not end within a second is interrupted for it all the same.
   */
  evaluateInTurn<Value = unknown>(expression: string, options?: { readonly deadlineMs?: Milliseconds }): Promise<Value>;
  /** Settles (never rejects) when the connection is gone, with the reason in words. */
  readonly closed: Promise<string>;
  readonly isOpen: boolean;
  /** Closes the connection only; closing the inspector of the target is `Attachment.detach`. */
  disconnect(): void;
}
