/** Lines that wait for the disk, oldest first, within a budget of bytes: beyond it the oldest go, and are counted. */
export class LineQueue {
  #lines: Buffer[] = [];
  /** Index of the oldest; the slots before it are free. */
  #head = 0;
  #bytes = 0;
  #lost = 0;
  readonly #budgetBytes: number;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  get length(): number {
    return this.#lines.length - this.#head;
  }

  get lost(): number {
    return this.#lost;
  }

  push(line: Buffer): void {
    this.#lines.push(line);
    this.#bytes += line.length;
    this.#dropOldest();
  }

  /** Takes the oldest line out. */
  take(): Buffer | undefined {
    const line = this.#lines[this.#head];
    if (!line) return undefined;
    this.#head += 1;
    this.#bytes -= line.length;
    this.#giveBack();
    return line;
  }

  /** Puts a line that was taken back to the front. */
  putBack(line: Buffer): void {
    if (this.#head > 0) {
      this.#head -= 1;
      this.#lines[this.#head] = line;
    } else {
      this.#lines.unshift(line);
    }
    this.#bytes += line.length;
    this.#dropOldest();
  }

  /** Lines that were taken hang on in their slots: at once where none waits, the usual case, else when most are free. */
  #giveBack(): void {
    if (this.length > 0 && (this.#head <= 1024 || this.#head * 2 <= this.#lines.length)) return;
    this.#lines = this.#lines.slice(this.#head);
    this.#head = 0;
  }

  #dropOldest(): void {
    while (this.#bytes > this.#budgetBytes && this.length > 1) {
      this.take();
      this.#lost += 1;
    }
  }
}
