import type { HeapSuspect } from '../../model/heap-growth.ts';
import type { CheckContext } from '../check.ts';
import type { GrowthBehaviour } from './growth-tests.ts';

/** The state that Linux gives for a connection that a client opened and still holds. */
const ACCEPTED = /^TCP accepted on port \d+, ESTABLISHED$/;
const LEAST = 30;
const AS_MANY = { share: 0.1, count: 5 };

/**
 * How many more connections of clients are open than before, where a suspect gained as many objects: what a service keeps
 * for a client that is there is no leak. Null if they are not as many.
 */
export function openedConnections({ run }: CheckContext, { unit, gained }: GrowthBehaviour): number | null {
  const counts = connectionsOfClients(run);
  const opened = (counts.at(-1) ?? 0) - (counts[0] ?? 0);
  return unit === 'objects' && areAsMany(opened, gained) ? opened : null;
}

/**
 * How many connections of clients are open at the end, where there are as many sockets: they are theirs. Null if there are
 * not.
 */
export function socketsOfClients({ run }: CheckContext, { counts }: HeapSuspect): number | null {
  const open = connectionsOfClients(run).at(-1) ?? 0;
  return areAsMany(open, counts.at(-1) ?? 0) ? open : null;
}

/** Open ones, each time that descriptors were looked at. */
export function connectionsOfClients({ events }: Pick<CheckContext['run'], 'events'>): number[] {
  return events.flatMap((event) =>
    event.type === 'descriptors'
      ? [event.groups.reduce((sum, { pattern, count }) => sum + (ACCEPTED.test(pattern) ? count : 0), 0)]
      : [],
  );
}

function areAsMany(connections: number, objects: number): boolean {
  return (
    connections >= LEAST && Math.abs(connections - objects) <= Math.max(AS_MANY.count, AS_MANY.share * connections)
  );
}
