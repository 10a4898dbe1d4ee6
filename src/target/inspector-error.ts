/** A call over the inspector that did not succeed: protocol error, exception in the target, deadline, closed connection. */
export class InspectorError extends Error {
  /** CDP method that failed, `Runtime.evaluate`; `connect` when there was no session yet. */
  readonly method: string;
  readonly reason: 'protocol' | 'exception' | 'deadline' | 'closed';

  constructor(method: string, reason: InspectorError['reason'], detail: string) {
    super(`${method}: ${detail}`);
    this.name = 'InspectorError';
    this.method = method;
    this.reason = reason;
  }
}
