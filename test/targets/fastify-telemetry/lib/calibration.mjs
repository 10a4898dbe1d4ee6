const identity = (value) => value;
const MAX_DEPTH = 2_000;

/** The function that corrects a reading. It should be made anew from what is fixed; wrapped round the last one, it grows. */
export class Calibration {
  constructor({ wrapsLast }) {
    this.wrapsLast = wrapsLast;
    this.correct = identity;
    this.depth = 0;
  }

  refresh(offset) {
    const inner = this.wrapsLast ? this.correct : identity;
    const table = Array.from({ length: 64 }, (_, step) => offset + step / 10);
    this.correct = function corrected(value, depth = 0) {
      return depth > MAX_DEPTH ? value : inner(value + table[depth % table.length], depth + 1);
    };
    return this.correct(20);
  }
}
