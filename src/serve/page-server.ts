import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { printable } from '../model/printable.ts';
import { redactMessage } from '../redact/redact-text.ts';
import { type Door, judgeRequest, type RequestFacts } from './judge-request.ts';

const LOOPBACK = '127.0.0.1';
const TOKEN_BYTES = 16;
/** One reader with some tabs; more than that is no reader. */
const MOST_CONNECTIONS = 64;
/** The page's own script and style, and nothing from anywhere else. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const HEADERS: OutgoingHttpHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** What a route answers with. */
export type Reply =
  | { readonly type: 'page' | 'script' | 'style' | 'json' | 'text'; readonly body: string }
  /** A page that was written elsewhere: it runs apart, without the cookie and without a network. */
  | { readonly type: 'foreign-page'; readonly body: Buffer }
  /** Events as they happen, until the reader leaves. */
  | { readonly type: 'events'; readonly run: (send: (event: object) => void, left: AbortSignal) => Promise<void> };

/** Null: there is no such page. Throws a ProfilerError for what the reader got wrong. */
export type Route = (path: readonly string[], query: URLSearchParams) => Promise<Reply | null>;

export interface PageServer {
  /** With the token, so it is for the reader only. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves pages on loopback to whoever opens the printed address. Throws a ProfilerError (exit 2) when the port is taken. */
export async function servePages(route: Route, port: number = 0): Promise<PageServer> {
  // In groups: a long run of digits would be taken for a secret, which it is, and not be printed.
  const token = randomBytes(TOKEN_BYTES)
    .toString('hex')
    .replace(/.{8}(?!$)/g, '$&-');
  const digest = sha256(token);
  const isToken = (text: string): boolean => timingSafeEqual(sha256(text), digest);
  let door: Door | null = null;
  const server = createServer((request, response) => {
    if (door) void answer(request, response, door, token, route);
  });
  server.maxConnections = MOST_CONNECTIONS;
  await listen(server, port);
  const bound = (server.address() as AddressInfo).port;
  // Browsers send the cookies of one port to all others of a host: by its name ours is distinguished from that of another
  // server.
  door = { port: bound, cookieName: `profiler-${bound}`, isToken };
  return {
    url: `http://${LOOPBACK}:${bound}/?open=${token}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  door: Door,
  token: string,
  route: Route,
): Promise<void> {
  const end = (status: number, body: string | Buffer, headers: OutgoingHttpHeaders): void => {
    response.writeHead(status, { ...HEADERS, ...headers });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  const refuse = (status: number, words: string, hint = ''): void =>
    end(status, JSON.stringify({ error: words, hint }), CONTENT.json);
  const judged = judgeRequest(factsOf(request), door);
  if (judged.kind === 'refused') return refuse(judged.status, judged.words);
  if (judged.kind === 'entered') {
    // No redirect: one that begins at a link on another page would come without the strict cookie.
    const cookie = `${door.cookieName}=${token}; HttpOnly; SameSite=Strict; Path=/`;
    return end(200, ENTRANCE, { ...CONTENT.page, 'set-cookie': cookie });
  }
  try {
    const reply = await route(judged.path, judged.query);
    if (reply === null) refuse(404, 'There is no such page.');
    else if (reply.type === 'events' && request.method === 'HEAD') end(200, '', EVENTS);
    else if (reply.type === 'events') await sendEvents(response, reply.run);
    else end(200, reply.body, CONTENT[reply.type]);
  } catch (error) {
    const { message, hint } = wordsOf(error);
    if (response.headersSent) response.end();
    else refuse(error instanceof ProfilerError ? 422 : 500, message, hint);
  }
}

const ENTRANCE =
  '<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/"><title>profiler</title><link rel="icon" href="data:,"><p><a href="/">Go on</a></p></html>\n';

const EVENTS: OutgoingHttpHeaders = { 'content-type': 'text/event-stream; charset=utf-8' };

const CONTENT: Readonly<Record<Exclude<Reply['type'], 'events'>, OutgoingHttpHeaders>> = {
  page: { 'content-type': 'text/html; charset=utf-8' },
  script: { 'content-type': 'text/javascript; charset=utf-8' },
  style: { 'content-type': 'text/css; charset=utf-8' },
  json: { 'content-type': 'application/json; charset=utf-8' },
  text: { 'content-type': 'text/plain; charset=utf-8' },
  // Its own policy, in the page, narrows this further.
  'foreign-page': {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  },
};

function factsOf({ method = '', url = '', headers, headersDistinct }: IncomingMessage): RequestFacts {
  const fetchSite = headers['sec-fetch-site'];
  return {
    method,
    target: url,
    hosts: headersDistinct.host ?? [],
    origins: headersDistinct.origin ?? [],
    cookies: headersDistinct.cookie ?? [],
    fetchSite: typeof fetchSite === 'string' ? fetchSite : null,
  };
}

async function sendEvents(
  response: ServerResponse,
  run: (send: (event: object) => void, left: AbortSignal) => Promise<void>,
): Promise<void> {
  const left = new AbortController();
  response.on('close', () => left.abort());
  response.writeHead(200, { ...HEADERS, ...EVENTS });
  response.flushHeaders();
  await run((event) => response.write(`data: ${JSON.stringify(event)}\n\n`), left.signal);
  response.end();
}

function wordsOf(error: unknown): { message: string; hint: string } {
  if (error instanceof ProfilerError) return { message: printable(error.message), hint: printable(error.hint) };
  return { message: printable(redactMessage((error as Error).message)), hint: '' };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    server.listen(port, LOOPBACK);
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ProfilerError(
      'page-port',
      EXIT.usage,
      `The pages cannot be served on ${LOOPBACK}:${port}: ${code === 'EADDRINUSE' ? 'the port is in use' : message}.`,
      'Give another port with --port, or leave it out for any free one.',
    );
  }
}
