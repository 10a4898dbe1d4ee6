/** Where code comes from decides the colour; the name only shifts it a little, so that neighbours can be told apart. */
export type Origin = 'own code' | 'packages' | 'Node.js' | 'native, GC, idle';

const HUES: Readonly<Record<Origin, readonly [hue: number, saturation: number]>> = {
  'own code': [27, 78],
  packages: [212, 62],
  'Node.js': [140, 32],
  'native, GC, idle': [40, 8],
};

export const ORIGINS: readonly Origin[] = Object.keys(HUES) as Origin[];

/** `pg@8.23.1/lib/client.js`, `@scope/name@1.0.0/index.js`. */
const PACKAGE_PLACE = /^(@[^/]+\/)?[^/@]+@\d/;

export function originOf(place: string): Origin {
  if (place === '') return 'native, GC, idle';
  if (place.startsWith('node:')) return 'Node.js';
  return place.includes('node_modules/') || PACKAGE_PLACE.test(place) ? 'packages' : 'own code';
}

export function originColour(origin: Origin, name: string, dark: boolean): string {
  const [hue, saturation] = HUES[origin];
  const shift = (hash(name) % 13) - 6;
  const lightness = (dark ? 31 : 76) + shift / 2;
  return `hsl(${hue + shift} ${dark ? saturation * 0.7 : saturation}% ${lightness}%)`;
}

/** Three standard deviations: of a graph with some hundred frames, none is coloured by chance. */
const NOISE = 3;

/**
 * Whether two sampled values differ by no more than they vary: what is made of n samples varies by the root of n (Poisson), so
 * its variance is the value times what one sample stands for.
 */
export function isNoise(value: number, before: number, sample: { before: number; after: number } | null): boolean {
  if (sample === null) return false;
  return Math.abs(value - before) <= NOISE * Math.sqrt(value * sample.after + before * sample.before);
}

/** Red where a frame takes more than before, blue where it takes less; the figures say it in words as well. */
export function changeColour(value: number, before: number, dark: boolean): string {
  const change = (value - before) / Math.max(1, value, before);
  const strength = Math.min(1, Math.abs(change));
  const saturation = strength < 0.02 ? 4 : 25 + 60 * strength;
  const lightness = dark ? 26 + 10 * strength : 90 - 24 * strength;
  return `hsl(${change > 0 ? 4 : 214} ${saturation}% ${lightness}%)`;
}

function hash(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) >>> 0;
  return sum;
}
