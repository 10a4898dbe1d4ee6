import { formatCount } from '../../model/units.ts';

interface Missed {
  readonly dropped: number;
  readonly aborted: number;
}

type Counted = 'dropped' | 'aborted' | 'late';

/** Some requests of a healthy run are sent late; fewer than this share are not worth a column. */
const LATE_SHARE = 0.01;

/** The columns of a table of requests that say what went amiss with sending; none if nothing did. */
export function missedColumns(requests: readonly Readonly<Record<Counted | 'count', number>>[]): Counted[] {
  const sum = (key: Counted | 'count'): number => requests.reduce((total, request) => total + request[key], 0);
  return [
    ...(sum('dropped') > 0 ? ['dropped' as const] : []),
    ...(sum('aborted') > 0 ? ['aborted' as const] : []),
    ...(sum('late') > LATE_SHARE * sum('count') ? ['late' as const] : []),
  ];
}

/** What a load did not get an answer to; nothing if it got all. */
export function missedWords({ dropped, aborted }: Missed): string[] {
  return [
    ...(dropped > 0 ? [`${formatCount(dropped)} dropped`] : []),
    ...(aborted > 0 ? [`${formatCount(aborted)} aborted without a response`] : []),
  ];
}
