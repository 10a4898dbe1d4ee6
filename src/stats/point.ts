/** One point of a series. `x` is milliseconds or requests, `y` the value. Series are in rising order of x. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * A series cut where its level may jump for reasons that are not its own: a restart of the process, a heap snapshot
 * that leaves RSS high. Only points of one piece are compared with each other.
 */
export type Pieces = readonly (readonly Point[])[];

/** From the first to the last point. */
export function spanOf(points: readonly Point[]): number {
  return points.length === 0 ? 0 : (points.at(-1)?.x ?? 0) - (points[0]?.x ?? 0);
}
