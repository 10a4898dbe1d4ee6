import type { FastifyRequest } from 'fastify';

/** What the services know of a request. */
export class RequestContext {
  readonly requestId: string;
  readonly deviceId: string;
  readonly userAgent: string;
  readonly remoteAddress: string;
  /** Milliseconds since 1970. */
  readonly receivedAtMs: number;
  readonly body: unknown;

  constructor(request: FastifyRequest, deviceId: string) {
    this.requestId = request.id;
    this.deviceId = deviceId;
    this.userAgent = request.headers['user-agent'] ?? 'unknown';
    this.remoteAddress = request.ip;
    this.receivedAtMs = Date.now();
    this.body = request.body;
  }
}
