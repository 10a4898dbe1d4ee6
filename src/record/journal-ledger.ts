import { chainChecksum, hex } from '../format/crc32.ts';
import type { JournalSeal } from '../model/run-manifest.ts';

/** Counts the lines of a journal, whoever writes or reads them: two that went through the same lines are equal. */
export class JournalLedger {
  #lines: number;
  #checksum: number;

  /** From the start, or from where an earlier recording was sealed. */
  constructor(from: JournalSeal = { lines: 0, checksum: hex(0) }) {
    this.#lines = from.lines;
    this.#checksum = Number.parseInt(from.checksum, 16);
  }

  /** `lineChecksum`: as the line carries it. */
  add(lineChecksum: number): void {
    this.#lines += 1;
    this.#checksum = chainChecksum(this.#checksum, lineChecksum);
  }

  get seal(): JournalSeal {
    return { lines: this.#lines, checksum: hex(this.#checksum) };
  }
}
