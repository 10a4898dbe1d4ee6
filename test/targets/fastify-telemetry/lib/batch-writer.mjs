import { appendFile } from 'node:fs/promises';
import { devNull } from 'node:os';

/** Collects metrics and writes them together. */
export class BatchWriter {
  constructor({ everyMs }) {
    this.rows = [];
    this.timer = setInterval(() => void this.flush(), everyMs);
  }

  add(row) {
    this.rows.push({ ...row, receivedAt: new Date(), line: JSON.stringify(row) });
    return this.rows.length;
  }

  async flush() {
    const rows = this.rows;
    this.rows = [];
    await appendFile(devNull, rows.map(({ line }) => line).join('\n'));
  }

  close() {
    clearInterval(this.timer);
  }
}
