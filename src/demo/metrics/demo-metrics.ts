import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Delivery } from '../services/receipt-outbox.ts';

const DURATION_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const REQUEST_LABELS = ['method', 'route', 'status'];

/** What /metrics shows. A registry of its own, so that two services in one process do not share figures. */
export class ServiceMetrics {
  readonly registry: Registry = new Registry();
  private readonly cacheHits: Counter;
  private readonly cacheMisses: Counter;
  private readonly deliveredBytes: Counter;
  private readonly requests: Counter;
  private readonly durationSeconds: Histogram;

  constructor() {
    const registers = [this.registry];
    this.requests = new Counter({
      name: 'http_requests_total',
      help: 'Requests answered',
      labelNames: REQUEST_LABELS,
      registers,
    });
    this.durationSeconds = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from the arrival of a request to the end of its answer',
      labelNames: REQUEST_LABELS,
      buckets: DURATION_BUCKETS_SECONDS,
      registers,
    });
    this.cacheHits = new Counter({ name: 'cache_hits_total', help: 'Look-ups answered by a cache', registers });
    this.cacheMisses = new Counter({ name: 'cache_misses_total', help: 'Look-ups that a cache missed', registers });
    this.deliveredBytes = new Counter({
      name: 'receipts_delivered_bytes_total',
      help: 'Receipts delivered',
      registers,
    });
  }

  countCacheLookup(hit: boolean): void {
    (hit ? this.cacheHits : this.cacheMisses).inc();
  }

  countDelivery({ text }: Delivery): void {
    this.deliveredBytes.inc(text.length);
  }

  observeRequestsOf(app: FastifyInstance): void {
    app.addHook('onResponse', async (request, reply) => {
      // The pattern, not the path: one series for each path that anybody asks for would never end.
      const route = request.routeOptions.url ?? 'unmatched';
      const labels = { method: request.method, route, status: String(reply.statusCode) };
      this.requests.inc(labels);
      this.durationSeconds.observe(labels, reply.elapsedTime / 1000);
    });
  }

  observePool(pool: pg.Pool): void {
    this.poolGauge('db_connections_active', 'Connections in use', () => pool.totalCount - pool.idleCount);
    this.poolGauge('db_connections_total', 'Connections open', () => pool.totalCount);
    this.poolGauge('db_pool_waiting', 'Requests that wait for a connection', () => pool.waitingCount);
  }

  private poolGauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }
}
