import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

class Trace {
  constructor(path) {
    this.path = path;
    this.spans = [];
    this.baggage = { region: 'north', sampled: true, headers: `traceparent=${'0'.repeat(55)}` };
  }
}

/** A trace for each request, found by whatever runs on behalf of it. */
export class Tracing {
  constructor({ flushesAtExit }) {
    this.storage = new AsyncLocalStorage();
    this.flushesAtExit = flushesAtExit;
    this.exitHooks = [];
    this.middleware = (context, next) => this.storage.run(new Trace(context.path), next);
  }

  record(name) {
    const trace = this.storage.getStore();
    trace.spans.push({ name, startedAtMs: Date.now(), attributes: { kind: 'internal', name } });
    // The mistake: what is bound to the request outlives it, and its trace with it.
    if (this.flushesAtExit) this.exitHooks.push(AsyncResource.bind(() => this.storage.getStore().spans.length));
    return trace.spans.length;
  }
}
