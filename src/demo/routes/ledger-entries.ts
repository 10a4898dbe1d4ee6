import type { FastifyInstance } from 'fastify';
import type { LedgerRepository } from '../db/ledger-repository.ts';
import { authenticate } from '../http/authenticate.ts';
import type { Enrollment } from '../services/enrollment.ts';

interface PageQuery {
  readonly page: number;
  readonly limit: number;
}

const entry = {
  type: 'object',
  properties: {
    entry_id: { type: 'integer' },
    device_id: { type: 'string' },
    device_enrolled_at: { type: ['string', 'null'], format: 'date-time' },
    capture_id: { type: 'string' },
    digest: { type: 'string' },
    recorded_at: { type: 'string', format: 'date-time' },
  },
} as const;

const schema = {
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: {
      page: { type: 'integer', minimum: 1, maximum: 1_000_000, default: 1 },
      limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    },
  },
  response: {
    200: {
      type: 'object',
      required: ['page', 'limit', 'has_more', 'entries'],
      properties: {
        page: { type: 'integer' },
        limit: { type: 'integer' },
        has_more: { type: 'boolean' },
        entries: { type: 'array', items: entry },
      },
    },
  },
} as const;

export function ledgerEntriesRoute(app: FastifyInstance, enrollment: Enrollment, ledger: LedgerRepository): void {
  app.get<{ Querystring: PageQuery }>('/ledger/entries', { schema }, async (request) => {
    await authenticate(request, enrollment);
    return ledger.readPage(request.query.page, request.query.limit);
  });
}
