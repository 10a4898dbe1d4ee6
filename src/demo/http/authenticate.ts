import type { FastifyRequest } from 'fastify';
import type { Enrollment } from '../services/enrollment.ts';
import { RequestContext } from './request-context.ts';

const BEARER = /^Bearer ([\w-]{16,128})$/;

/** Answered 401 by the error handler. */
class UnauthorizedError extends Error {
  override readonly name = 'UnauthorizedError';
  readonly statusCode = 401;
}

/** The context of a request whose bearer token belongs to an enrolled device. Throws UnauthorizedError. */
export async function authenticate(request: FastifyRequest, enrollment: Enrollment): Promise<RequestContext> {
  const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) throw new UnauthorizedError('a bearer token is required');
  const deviceId = await enrollment.deviceOf(token);
  if (deviceId === null) throw new UnauthorizedError('the token is not known');
  return new RequestContext(request, deviceId);
}
