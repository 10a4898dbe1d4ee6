import { createSocket } from 'node:dgram';

const BATCH = 5;
const PORT = 8_125;

/** Sends counters by UDP, each fifth time. Fire and forget, unless the socket itself is forgotten. */
export class Statistics {
  constructor({ reusesSocket }) {
    this.shared = reusesSocket ? createSocket('udp4').unref() : null;
    this.counted = 0;
  }

  async count(name) {
    this.counted += 1;
    if (this.counted % BATCH === 0) {
      const socket = this.shared ?? createSocket('udp4').unref();
      await new Promise((resolve) => socket.send(`${name}:${BATCH}|c`, PORT, '127.0.0.1', resolve));
    }
    return { counted: this.counted };
  }

  close() {
    this.shared?.close();
  }
}
