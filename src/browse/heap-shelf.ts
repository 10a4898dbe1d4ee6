import { randomBytes } from 'node:crypto';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { HeapAnswers, HeapQuestion } from '../model/heap-answers.ts';
import { ExploredSnapshot } from '../snapshot-stream/explored-snapshot.ts';

/** Each open snapshot keeps about twice the size of its file in memory. */
const MOST_OPEN = 2;

interface Shelved {
  readonly snapshot: ExploredSnapshot;
  /** Questions that wait for an answer. */
  asked: number;
}

/**
 * Snapshots that are open: the last two that were asked. Others are closed, and read again on demand. One that is
 * being asked is left open: who asks for a third one waits.
 */
export class HeapShelf {
  /** The last one used at the end. */
  readonly #open = new Map<string, Shelved>();
  readonly #salvage: boolean;
  /** One for all, so that equal texts of two snapshots are known as equal. */
  readonly #salt: number = randomBytes(4).readUInt32LE();
  /** Who waits for a place, told of each answer. */
  #waiting: (() => void)[] = [];
  #isClosed = false;

  constructor(salvage: boolean = false) {
    this.#salvage = salvage;
  }

  /** Throws a ProfilerError if the file or the question is refused. */
  async ask<Question extends HeapQuestion>(file: string, question: Question): Promise<HeapAnswers[Question['what']]> {
    let shelved = this.#take(file);
    while (shelved === null) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      shelved = this.#take(file);
    }
    shelved.asked += 1;
    try {
      return await shelved.snapshot.ask(question);
    } catch (error) {
      // What could not be read may be whole the next time: the file of a soak that is still writing it.
      if (question.what === 'overview' && this.#open.get(file) === shelved) this.#drop(file);
      throw error;
    } finally {
      shelved.asked -= 1;
      for (const told of this.#waiting.splice(0)) told();
    }
  }

  /** Begins to read a snapshot that is going to be asked for. */
  open(file: string): void {
    this.#take(file);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(open.map(({ snapshot }) => snapshot.close()));
    for (const told of this.#waiting.splice(0)) told();
  }

  /** Null where there is no place for it: all that are open are being asked. */
  #take(file: string): Shelved | null {
    if (this.#isClosed) throw new ProfilerError('snapshot-closed', EXIT.usage, 'The pages were closed.', '');
    const known = this.#open.get(file);
    if (known && !known.snapshot.isEnded) {
      this.#open.delete(file);
      this.#open.set(file, known);
      return known;
    }
    this.#open.delete(file);
    if (this.#open.size >= MOST_OPEN) {
      const idle = [...this.#open].find(([, { asked }]) => asked === 0);
      if (!idle) return null;
      this.#drop(idle[0]);
    }
    const shelved = { snapshot: new ExploredSnapshot(file, { salt: this.#salt, salvage: this.#salvage }), asked: 0 };
    this.#open.set(file, shelved);
    return shelved;
  }

  #drop(file: string): void {
    void this.#open.get(file)?.snapshot.close();
    this.#open.delete(file);
  }
}
