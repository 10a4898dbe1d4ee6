import { setTimeout as wait } from 'node:timers/promises';

/** A row a place and hour, built for each who asks, and held while the database is waited for. */
export async function buildRows(count) {
  const rows = Array.from({ length: count }, (_, index) => ({
    place: `place ${index % 50}`,
    hour: index % 24,
    counts: [index, index * 2, index * 3],
  }));
  await wait(30);
  const byPlace = rows.map((row) => ({ ...row, total: row.counts.reduce((sum, one) => sum + one, 0) }));
  await wait(30);
  return byPlace.reduce((sum, { total }) => sum + total, 0);
}

/** The same, kept for a while: built once for all who ask. */
export class RowSum {
  #sum = null;

  async value(count) {
    this.#sum ??= buildRows(count);
    return await this.#sum;
  }
}
