/** What a heap may be made of (test/targets/shaped-heap.mjs), and what the row is for. */
export interface Shape {
  readonly name: string;
  /** `fit`: the constants of src/capture/snapshot-cost.ts were fitted on it; `check`: it was held out. */
  readonly use: 'fit' | 'check';
}

const FIT = [
  'small objects',
  'one Map, number to object',
  'one Set of texts',
  'short strings',
  'strings of 10,000 characters',
  'typed arrays',
  'closures',
  'a deep chain',
  'objects of ten fields',
  'objects of fractions',
] as const;
const CHECK = [
  'mixed',
  'one Map, text to object',
  'one Map, number to shared text',
  'one Map, number to number',
  'many small Maps',
  'one Set of objects',
  'strings of 300 characters',
  'small buffers',
  'parsed JSON',
  'an object as a dictionary',
  'lists of neighbours',
  'one long list of shared objects',
  'one long list of numbers',
  'promises',
  'dates',
  'a WeakMap',
] as const;

export const SHAPES: readonly Shape[] = [
  ...FIT.map((name): Shape => ({ name, use: 'fit' })),
  ...CHECK.map((name): Shape => ({ name, use: 'check' })),
];
