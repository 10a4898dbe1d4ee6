import { Histogram, Registry } from 'prom-client';

/** Durations by route. A label with the whole path makes a series of its own for each post. */
export function createMetrics({ labelsByPath }) {
  const registry = new Registry();
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer',
    labelNames: ['method', 'path', 'status'],
    registers: [registry],
  });

  async function middleware(context, next) {
    const stop = durations.startTimer();
    await next();
    const path = labelsByPath ? context.path : `/${context.path.split('/')[1]}`;
    stop({ method: context.method, path, status: context.status });
  }

  return { middleware, text: () => registry.metrics() };
}
