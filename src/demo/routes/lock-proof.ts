import type { FastifyInstance } from 'fastify';
import { authenticate } from '../http/authenticate.ts';
import type { Enrollment } from '../services/enrollment.ts';
import type { ProofLocker } from '../services/proof-locker.ts';
import type { ProofInput } from '../services/proof-sealer.ts';

const schema = {
  body: {
    type: 'object',
    required: ['capture_id'],
    additionalProperties: false,
    properties: {
      capture_id: { type: 'string', minLength: 1, maxLength: 200 },
      captured_at: { type: 'string', format: 'date-time' },
      metadata: {
        type: 'object',
        maxProperties: 32,
        additionalProperties: { type: ['string', 'number', 'boolean'], maxLength: 1_000 },
      },
    },
  },
  response: {
    201: {
      type: 'object',
      required: ['entry_id', 'capture_id', 'digest', 'retention_days', 'risk', 'checkpoint'],
      properties: {
        entry_id: { type: 'integer' },
        capture_id: { type: 'string' },
        digest: { type: 'string' },
        retention_days: { type: 'integer' },
        risk: { type: 'number' },
        checkpoint: { type: ['integer', 'null'] },
      },
    },
  },
} as const;

export function lockProofRoute(app: FastifyInstance, enrollment: Enrollment, locker: ProofLocker): void {
  app.post<{ Body: ProofInput }>('/lock-proof', { schema }, async (request, reply) => {
    const context = await authenticate(request, enrollment);
    const receipt = await locker.lock(context, request.body);
    return reply.code(201).send(receipt);
  });
}
