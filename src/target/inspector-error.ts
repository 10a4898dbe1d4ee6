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

/**
 * Takes in what an inspector has answered. Whoever listens there may be no Node, and the program may have changed what it
 * is asked for: where `read` fails, that is an InspectorError, and no defect of ours.
 */
export function takeIn<Value>(method: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw new InspectorError(method, 'protocol', `an answer that makes no sense (${(error as Error).message})`);
  }
}
