// A small service in a process of its own, told what to do over IPC. Run by target.ts.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { TargetStats } from './target.ts';

const seen: Record<string, number> = {};
const arrivals: number[] = [];
let tokens = new Set<string>();
let isDown = false;

function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

function readBody(request: IncomingMessage, done: (body: string) => void): void {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => done(body));
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function enroll(body: string, response: ServerResponse): void {
  const { device_id: device } = JSON.parse(body) as { device_id?: string };
  const token = `t-${device}-${Math.random()}`;
  tokens.add(token);
  answer(response, 200, { data: [{ token }] });
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://host');
  seen[pathname] = (seen[pathname] ?? 0) + 1;
  arrivals.push(now());
  readBody(request, (body) => {
    if (isDown || pathname === '/reset') request.socket.destroy();
    else if (pathname === '/enroll') enroll(body, response);
    else if (pathname === '/private') {
      const isKnown = tokens.has((request.headers.authorization ?? '').replace('Bearer ', ''));
      answer(response, isKnown ? 201 : 401, { isKnown });
    } else if (pathname === '/slow') setTimeout(() => answer(response, 200, {}), Number(searchParams.get('ms')));
    else if (pathname === '/hang') return;
    else if (pathname === '/login') {
      response.writeHead(200, { 'set-cookie': ['sid=abc; Path=/; HttpOnly', 'old=; Max-Age=0'] });
      response.end('{}');
    } else if (pathname === '/cookie') answer(response, 200, { cookie: request.headers.cookie ?? '' });
    else if (pathname === '/gzip') {
      const isWanted = (request.headers['accept-encoding'] ?? '').includes('gzip');
      response.writeHead(200, isWanted ? { 'content-encoding': 'gzip' } : {});
      response.end(isWanted ? gzipSync('{"word":"packed"}') : 'plain');
    } else if (pathname === '/redirect') response.writeHead(302, { location: '/ok' }).end();
    else if (pathname.startsWith('/status/')) answer(response, Number(pathname.slice(8)), {});
    else answer(response, 200, { path: request.url, body });
  });
});

process.on('message', (message: string) => {
  if (message === 'forget') tokens = new Set();
  if (message === 'down') isDown = true;
  if (message === 'up') isDown = false;
  if (message === 'stall') {
    setInterval(() => {
      const until = now() + 200;
      while (now() < until);
    }, 2000);
  }
  const stats: TargetStats = { seen, requests: arrivals.length, arrivals };
  process.send?.({ stats });
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
});
