import type { FastifyInstance } from 'fastify';
import type { Enrollment } from '../services/enrollment.ts';

interface EnrollBody {
  readonly device_id: string;
  readonly device_token: string;
}

const schema = {
  body: {
    type: 'object',
    required: ['device_id', 'device_token'],
    additionalProperties: false,
    properties: {
      device_id: { type: 'string', minLength: 1, maxLength: 100 },
      device_token: { type: 'string', minLength: 1, maxLength: 500 },
    },
  },
  response: {
    200: {
      type: 'object',
      required: ['enrollment_token'],
      properties: { enrollment_token: { type: 'string' } },
    },
  },
} as const;

export function enrollRoute(app: FastifyInstance, enrollment: Enrollment): void {
  app.post<{ Body: EnrollBody }>('/device/enroll', { schema }, async ({ body }) => ({
    enrollment_token: await enrollment.enroll(body.device_id),
  }));
}
