import type { FastifyInstance } from 'fastify';

const schema = {
  response: {
    200: {
      type: 'object',
      required: ['status', 'uptime_seconds'],
      properties: { status: { type: 'string' }, uptime_seconds: { type: 'number' } },
    },
  },
} as const;

/** Says that the process serves, not that the database does: a slow database is no reason to restart us. */
export function healthRoute(app: FastifyInstance): void {
  app.get('/health', { schema }, async () => ({ status: 'ok', uptime_seconds: process.uptime() }));
}
