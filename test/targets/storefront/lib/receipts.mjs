import { createHash } from 'node:crypto';

/** Rounds that make a receipt hard to forge. Many of them take a tenth of a second. */
export function sealReceipt(order, rounds) {
  let seal = `receipt of ${order}`;
  for (let round = 0; round < rounds; round += 1) seal = createHash('sha256').update(seal).digest('hex');
  return seal;
}
