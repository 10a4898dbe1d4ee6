/** Traffic as a multiple of its mean rate, at a moment of a drive of so many milliseconds. */
type Shape = (atMs: number, lengthMs: number) => number;

export type TrafficName = 'steady' | 'rests' | 'waves';

export const TRAFFIC: Readonly<Record<TrafficName, Shape>> = {
  steady: () => 1,
  // The last quarter rests, as the traffic of an evening.
  rests: (atMs, lengthMs) => (atMs < 0.75 * lengthMs ? 1 : 0),
  // From 0.3 to 1.7 of the mean, in a period that divides nothing, and bursts of a second and a half.
  waves: (atMs) => 1 + 0.7 * Math.sin((2 * Math.PI * atMs) / 17_300) + (atMs % 13_700 < 1_500 ? 1.5 : 0),
};
