import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const POOL_SIZE = 2;
const EVERY = 60;
const SOURCE = `const { parentPort } = require('node:worker_threads');
parentPort.on('message', (image) => parentPort.postMessage({ image, width: 120 + (image % 7) }));`;

/** Makes a thumbnail of each 60th image in a thread. */
export class Thumbnails {
  constructor({ pools }) {
    this.pools = pools;
    this.pool = [];
    this.count = 0;
  }

  async make(image) {
    this.count += 1;
    if (this.count % EVERY !== 0) return { image, queued: true };
    const worker = this.take();
    worker.postMessage(image);
    const [thumbnail] = await once(worker, 'message');
    if (this.pools) this.pool.push(worker);
    return thumbnail;
  }

  take() {
    if (this.pools && this.pool.length >= POOL_SIZE) return this.pool.shift();
    const worker = new Worker(SOURCE, { eval: true });
    worker.unref();
    return worker;
  }
}
