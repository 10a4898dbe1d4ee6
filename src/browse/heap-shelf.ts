import { randomBytes } from 'node:crypto';
import type { HeapAnswers, HeapQuestion } from '../model/heap-answers.ts';
import { ExploredSnapshot } from '../snapshot-stream/explored-snapshot.ts';

/** Each open snapshot keeps about twice the size of its file in memory. */
const MOST_OPEN = 2;

/** Snapshots that are open: the last two that were asked. Others are closed, and read again on demand. */
export class HeapShelf {
  /** The last one used at the end. */
  readonly #open = new Map<string, ExploredSnapshot>();
  readonly #salvage: boolean;
  /** One for all, so that equal texts of two snapshots are known as equal. */
  readonly #salt: number = randomBytes(4).readUInt32LE();

  constructor(salvage: boolean = false) {
    this.#salvage = salvage;
  }

  /** Throws a ProfilerError if the file or the question is refused. */
  async ask<Question extends HeapQuestion>(file: string, question: Question): Promise<HeapAnswers[Question['what']]> {
    const snapshot = this.#take(file);
    try {
      return await snapshot.ask(question);
    } catch (error) {
      // What could not be read may be whole the next time: the file of a soak that is still writing it.
      if (question.what === 'overview') this.#drop(file);
      throw error;
    }
  }

  /** Begins to read a snapshot that is going to be asked for. */
  open(file: string): void {
    this.#take(file);
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(open.map((snapshot) => snapshot.close()));
  }

  #take(file: string): ExploredSnapshot {
    const known = this.#open.get(file);
    this.#open.delete(file);
    const snapshot =
      known && !known.isEnded ? known : new ExploredSnapshot(file, { salt: this.#salt, salvage: this.#salvage });
    this.#open.set(file, snapshot);
    for (const other of [...this.#open.keys()].slice(0, -MOST_OPEN)) this.#drop(other);
    return snapshot;
  }

  #drop(file: string): void {
    void this.#open.get(file)?.close();
    this.#open.delete(file);
  }
}
