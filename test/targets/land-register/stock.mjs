// The parcels that the register holds: some hundred megabytes of small objects, about 1 KB a parcel.
export class Parcel {
  constructor(number) {
    this.number = number;
    this.owner = { name: `owner ${number % 997}`, since: number, shares: [{ of: number, part: 0.5 }] };
    this.corners = Array.from({ length: 8 }, (_, i) => ({ x: number + i / 3, y: number - i / 7 }));
    this.liens = [{ rank: 1, cents: number }];
  }
}

const PARCEL_BYTES = 1_000;

export function parcelsIn(megabytes) {
  return Math.round((megabytes * 1e6) / PARCEL_BYTES);
}

/** Everything was read at the start, and stays. */
export function staticStock(megabytes) {
  const parcels = new Map();
  for (let number = 0; number < parcelsIn(megabytes); number += 1) parcels.set(number, new Parcel(number));
  return { look: (number) => parcels.get(number % parcels.size) };
}

/** A cache with a bound that was reached long ago: each request for a parcel puts out the oldest. */
export function turningStock(megabytes) {
  const most = parcelsIn(megabytes);
  const recent = new Map();
  const remember = (number) => {
    const parcel = new Parcel(number);
    recent.set(number, parcel);
    if (recent.size > most) recent.delete(recent.keys().next().value);
    return parcel;
  };
  for (let number = 0; number < most; number += 1) remember(number);
  return { look: (number) => remember(most + number) };
}

/** A cache that is nearly full, with a bound that so many further requests reach. */
export function fillingStock(megabytes, requests) {
  const most = parcelsIn(megabytes);
  const cache = new Map();
  const keep = (number) => {
    const parcel = new Parcel(number);
    if (cache.size >= most) cache.delete(cache.keys().next().value);
    cache.set(number, parcel);
    return parcel;
  };
  for (let number = 0; number < most - requests; number += 1) keep(number);
  return { look: (number) => keep(most + number) };
}
