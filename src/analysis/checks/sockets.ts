import type { Check } from '../check.ts';
import { countedCheck } from './counted-check.ts';

/** Sockets follow the load: connections of clients and of pools come with it and go when it is over. */
export const sockets: Check = countedCheck('sockets', [
  {
    metric: 'process.fds.socket',
    kind: 'socket-leak',
    leastGain: 10,
    followsLoad: true,
  },
]);
