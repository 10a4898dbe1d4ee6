// As much of k6, k6/http, k6/execution and k6/metrics as the exported scripts use, after the documentation of k6. Requests
// are synchronous there, so a worker sends them while this thread waits.
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';

export const log = { requests: [], failed: [], checks: [], sleeps: [] };

const { port1, port2 } = new MessageChannel();
const signal = new Int32Array(new SharedArrayBuffer(4));
const worker = new Worker(
  `const { workerData: { port, signal } } = require('node:worker_threads');
   port.on('message', async ({ url, options }) => {
     const answer = await fetch(url, { ...options, redirect: 'manual' }).then(
       async (response) => ({ status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }),
       (error) => ({ status: 0, headers: {}, body: null, error: String(error.cause ?? error) }),
     );
     port.postMessage(answer);
     Atomics.store(signal, 0, 1);
     Atomics.notify(signal, 0);
   });`,
  { eval: true, workerData: { port: port2, signal }, transferList: [port2] },
);
worker.unref();

const http = {
  expectedStatuses: (...statuses) => statuses,
  request(method, url, body, params = {}) {
    Atomics.store(signal, 0, 0);
    port1.postMessage({ url, options: { method, headers: params.headers, ...(body === null ? {} : { body }) } });
    Atomics.wait(signal, 0, 0);
    const { status, headers, body: text } = receiveMessageOnPort(port1).message;
    log.requests.push({
      method,
      url,
      body,
      name: params.tags?.name,
      headers: params.headers,
      status,
      expected: params.responseCallback ?? null,
    });
    // k6 gives names of headers with capitals.
    const capitals = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.replace(/(^|-)\w/g, (part) => part.toUpperCase()), value]),
    );
    return { status, headers: capitals, body: text, json: () => JSON.parse(text) };
  },
};

export default Object.assign(http, { vu: { idInTest: 1 } });

export class Rate {
  add(value, tags) {
    log.failed.push({ value, ...tags });
  }
}

export function check(value, checks, tags) {
  for (const [name, holds] of Object.entries(checks)) log.checks.push({ name, ok: holds(value), ...tags });
}

export function sleep(seconds) {
  log.sleeps.push(seconds);
}
