import { type Random, randomInteger } from '../scenario/random.ts';
import type { DataSet } from '../scenario/scenario.ts';

type Row = readonly string[];

/** Hands out rows of data sets: in order (several processes take turns) or at random, for a request or for the life of a user. */
export class RowSource {
  readonly #sets: ReadonlyMap<string, DataSet>;
  readonly #next = new Map<string, number>();
  readonly #share: { readonly index: number; readonly of: number };
  readonly #random: Random;

  constructor(sets: readonly DataSet[], share: { readonly index: number; readonly of: number }, random: Random) {
    this.#sets = new Map(sets.map((set) => [set.name, set]));
    this.#share = share;
    this.#random = random;
  }

  /** For one request: all columns that it names come from one row. `kept`: the rows of its user. */
  reader(kept: Record<string, Row>): (set: string, column: string | null) => string | undefined {
    const rows: Record<string, Row> = Object.create(null);
    return (name, column) => {
      const set = this.#sets.get(name);
      if (!set) return undefined;
      const place = set.per === 'user' ? kept : rows;
      place[name] ??= this.#take(set);
      return place[name][column === null ? 0 : set.columns.indexOf(column)];
    };
  }

  #take(set: DataSet): Row {
    const index = this.#next.get(set.name) ?? this.#share.index;
    this.#next.set(set.name, index + this.#share.of);
    const chosen =
      set.order === 'random' ? randomInteger(this.#random, 0, set.rows.length - 1) : index % set.rows.length;
    return set.rows[chosen] ?? [];
  }
}
