// A service that comes to harm when asked to. It answers first, and then:
//   /block?ms=N    computes for so long without coming to its event loop
//   /grow          takes memory until somebody stops it, or until it has taken ?megabytes=N
//   /take?megabytes=N  the same at once, before it answers
//   /exit?code=N   ends
//   /signal?name=N sends itself a signal
//   node troubled-service.mjs [--port N] [--objects N] [--when-attached PATH]      (N small objects in a Map: a heap to take snapshots of)
import { createServer } from 'node:http';
import { url as inspectorUrl } from 'node:inspector';

const kept = new Map();
for (let number = 0; number < Number(option('--objects', '0')); number += 1)
  kept.set(`key ${number}`, { number, text: `value ${number}`, list: [number, number + 1] });
const buffers = [];

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://service');
  response.setHeader('connection', 'close');
  if (pathname === '/take') buffers.push(Buffer.alloc(Number(searchParams.get('megabytes')) * 1024 * 1024, 1));
  response.end('ok');
  response.once('finish', () => setTimeout(() => harm(pathname, searchParams), 50));
});
server.listen(Number(option('--port', '0')), '127.0.0.1', () => {
  const { address: host, port } = server.address();
  console.log(JSON.stringify({ listening: { host, port }, pid: process.pid, kept: kept.size }));
});

const whenAttached = option('--when-attached', '');
if (whenAttached) {
  const { pathname, searchParams } = new URL(whenAttached, 'http://service');
  const timer = setInterval(() => {
    if (!inspectorUrl()) return;
    clearInterval(timer);
    harm(pathname, searchParams);
  }, 1);
}

function harm(pathname, searchParams) {
  if (pathname === '/block') {
    const untilMs = performance.now() + Number(searchParams.get('ms'));
    while (performance.now() < untilMs);
  } else if (pathname === '/grow') {
    let left = Number(searchParams.get('megabytes') ?? Number.POSITIVE_INFINITY);
    const timer = setInterval(() => {
      const taken = Math.min(8, left);
      buffers.push(Buffer.alloc(taken * 1024 * 1024, 1));
      left -= taken;
      if (left <= 0) clearInterval(timer);
    }, 20);
  } else if (pathname === '/exit') {
    process.exit(Number(searchParams.get('code')));
  } else if (pathname === '/signal') {
    process.kill(process.pid, searchParams.get('name'));
  }
}

function option(name, fallback) {
  const index = process.argv.indexOf(name);
  return index === -1 ? fallback : (process.argv[index + 1] ?? fallback);
}
