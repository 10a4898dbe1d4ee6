import { setImmediate } from 'node:timers/promises';

/** Weighs the parcels of a manifest, four at a time, until the service stops. */
export class Manifest {
  constructor(pMap, stopping) {
    this.pMap = pMap;
    this.stopping = stopping;
  }

  async weigh(parcels) {
    const weights = await this.pMap(parcels, weigh, { concurrency: 4, signal: this.stopping });
    return { parcels: parcels.length, grams: weights.reduce((sum, grams) => sum + grams, 0) };
  }
}

async function weigh(parcel) {
  await setImmediate();
  return 100 + 10 * parcel.length;
}
