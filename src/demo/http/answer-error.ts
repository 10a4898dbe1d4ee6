import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { isPoolTimeout } from '../db/create-pool.ts';

const REASONS: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  503: 'unavailable',
};

/** Every error has one shape: `{ error, message }`. What is our fault is logged and not told. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = isPoolTimeout(error) ? 503 : (error.statusCode ?? 500);
  if (status >= 500) request.log.error({ err: error, route: request.routeOptions.url }, 'request failed');
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  const message = status >= 500 ? 'the request could not be served' : error.message;
  return reply.code(status).send({ error: REASONS[status] ?? 'error', message });
}
