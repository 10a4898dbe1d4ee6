const FRAMES_PER_CLIP = 80;
const BLOCKS_PER_FRAME = 120;
const TILES_KEPT = 200;

class Block {
  constructor(frame, index) {
    this.frame = frame;
    this.index = index;
    this.coefficients = Array.from({ length: 16 }, (_, at) => at / (index + 1));
  }
}

let clip = [];
let tiles = [];

/** Collects the frames of a clip and throws them away when it is complete: a sawtooth of some 20 MB. */
export function render(frame) {
  clip.push(Array.from({ length: BLOCKS_PER_FRAME }, (_, index) => new Block(frame, index)));
  if (clip.length === FRAMES_PER_CLIP) clip = [];
  return { frame, pending: clip.length };
}

/** Old enough to be promoted when it dies: garbage that only a major collection takes, which comes late. */
export function tile(number) {
  tiles.push({ number, pixels: Array.from({ length: 100 }, (_, pixel) => number + pixel / 3) });
  if (tiles.length > TILES_KEPT) tiles = tiles.slice(TILES_KEPT / 2);
  return { number, tiles: tiles.length };
}
