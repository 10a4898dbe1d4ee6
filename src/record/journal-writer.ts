import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { RefusePath } from '../files/known-folders.ts';
import { LineQueue } from './line-queue.ts';

interface JournalWriterOptions {
  /** How much waits in memory while the disk takes nothing; beyond it the oldest lines go, and are counted. */
  readonly bufferBytes: number;
  readonly syncIntervalMs: number;
  /** Asked before the file is opened. */
  readonly refuse: RefusePath;
  /** Pause before the first new attempt; it doubles up to ten times that. */
  readonly retryMs: number;
  /** Called for every failed attempt, with the error of the system call. */
  readonly onTrouble: (error: unknown) => void;
  /** Called when writing and fsync work again, with the number of lines that went lost so far. */
  readonly onRecovered: (lostLines: number) => void;
}

/** To append to a file of the run itself, never to what a link in its place leads to. */
export const JOURNAL_FLAGS: number = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
const LINE_END: Buffer = Buffer.from('\n');

/**
 * Appends lines to a journal, in order, one write(2) a line. Nobody waits for the disk: lines queue in memory, and
 * fsync runs beside the writes. After a failed or short write the file is opened again and a line end written first,
 * so that the torn line loses itself alone.
 */
export class JournalWriter {
  readonly #path: string;
  readonly #options: JournalWriterOptions;
  readonly #queue: LineQueue;
  readonly #syncTimer: NodeJS.Timeout;
  #file: FileHandle | null = null;
  #endLineFirst = false;
  #draining: Promise<void> | null = null;
  #syncing: Promise<boolean> | null = null;
  #unsynced = false;
  #written = 0;
  /** How far writing was when the clock last ticked; null when there was nothing to write. */
  #writtenAtTick: number | null = null;
  #failures = 0;
  #syncFailed = false;
  #inTrouble = false;
  #retryTimer: NodeJS.Timeout | null = null;

  constructor(path: string, options: JournalWriterOptions) {
    this.#path = path;
    this.#options = options;
    this.#queue = new LineQueue(options.bufferBytes);
    this.#syncTimer = setInterval(() => this.#everyInterval(), options.syncIntervalMs).unref();
  }

  /** Never blocks and never throws. */
  append(line: string): void {
    this.#queue.push(Buffer.from(line));
    if (!this.#retryTimer) void this.#startDraining();
  }

  /** Brings all that was appended so far to the disk; false when the disk refuses (it will be tried again). */
  async flush(): Promise<boolean> {
    await this.#startDraining();
    return (await this.#sync()) && this.#queue.length === 0;
  }

  /** One last attempt, then the file is closed. Returns how many lines never reached it. */
  async close(): Promise<number> {
    await this.flush();
    clearInterval(this.#syncTimer);
    if (this.#retryTimer) clearTimeout(this.#retryTimer);
    await this.#file?.close().catch(this.#options.onTrouble);
    this.#file = null;
    return this.#queue.length + this.#queue.lost;
  }

  /** A disk that hangs fails no call. It is detected by a line that takes longer than a whole interval. */
  #everyInterval(): void {
    const stuck = this.#draining !== null && this.#writtenAtTick === this.#written;
    this.#writtenAtTick = this.#draining ? this.#written : null;
    if (stuck) this.#tellTrouble(Object.assign(new Error('the disk does not answer'), { code: 'ETIMEDOUT' }));
    else void this.#sync();
  }

  #startDraining(): Promise<void> {
    if (this.#draining) return this.#draining;
    if (this.#queue.length === 0) return Promise.resolve();
    this.#draining = this.#drain();
    return this.#draining;
  }

  async #drain(): Promise<void> {
    for (let line = this.#queue.take(); line; line = this.#queue.take()) {
      try {
        await this.#write(line);
      } catch (error) {
        this.#queue.putBack(line);
        this.#giveUpForNow(error);
        break;
      }
      this.#written += 1;
      this.#failures = 0;
      this.#tellRecovery();
    }
    // In the same turn in which the queue was found empty: a line appended later starts a new round.
    this.#draining = null;
  }

  async #write(line: Buffer): Promise<void> {
    this.#file ??= await this.#open();
    const bytes = this.#endLineFirst ? Buffer.concat([LINE_END, line]) : line;
    const { bytesWritten } = await this.#file.write(bytes);
    this.#unsynced = true;
    // A line that lacks nothing but its end is whole, and must not be written twice.
    if (bytesWritten < bytes.length - 1) throw Object.assign(new Error('short write'), { code: 'ENOSPC' });
    this.#endLineFirst = bytesWritten < bytes.length;
  }

  /** The last writer may have stopped inside a line. */
  async #open(): Promise<FileHandle> {
    this.#options.refuse(this.#path);
    const file = await open(this.#path, JOURNAL_FLAGS, 0o600);
    this.#endLineFirst = (await file.stat()).size > 0;
    return file;
  }

  #giveUpForNow(error: unknown): void {
    this.#tellTrouble(error);
    // Closing could at most repeat the error, and on a disk that hangs would never end.
    void this.#file?.close().catch(() => {});
    this.#file = null;
    const pauseMs = this.#options.retryMs * Math.min(10, 2 ** this.#failures);
    this.#failures += 1;
    if (this.#retryTimer) clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = null;
      void this.#startDraining();
    }, pauseMs).unref();
  }

  #sync(): Promise<boolean> {
    if (!this.#file || !this.#unsynced) return Promise.resolve(true);
    this.#syncing ??= this.#syncFile(this.#file).finally(() => {
      this.#syncing = null;
    });
    return this.#syncing;
  }

  async #syncFile(file: FileHandle): Promise<boolean> {
    this.#unsynced = false;
    try {
      await file.datasync();
      this.#syncFailed = false;
      this.#tellRecovery();
    } catch (error) {
      this.#unsynced = true;
      this.#syncFailed = true;
      this.#tellTrouble(error);
    }
    return !this.#syncFailed;
  }

  #tellTrouble(error: unknown): void {
    this.#inTrouble = true;
    this.#options.onTrouble(error);
  }

  #tellRecovery(): void {
    if (!this.#inTrouble || this.#failures > 0 || this.#syncFailed) return;
    this.#inTrouble = false;
    this.#options.onRecovered(this.#queue.lost);
  }
}
