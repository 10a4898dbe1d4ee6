import type { FastifyInstance } from 'fastify';
import type { ServiceMetrics } from '../metrics/demo-metrics.ts';

export function metricsRoute(app: FastifyInstance, { registry }: ServiceMetrics): void {
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
}
