import { parentPort, workerData } from 'node:worker_threads';

class Letter {
  constructor(id, url) {
    this.url = url;
    this.body = Array.from({ length: 40 }, (_, i) => id + i);
  }
}
const sent = new Map();

function send(id, url) {
  sent.set(id, new Letter(id, url));
  if (!workerData.leaks) sent.delete(id);
}

parentPort.on('message', ({ id, url }) => {
  send(id, url);
  parentPort.postMessage({ id, text: `sent ${url}` });
});
