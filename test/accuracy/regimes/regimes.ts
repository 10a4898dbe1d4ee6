import type { AccuracyCase } from '../accuracy-case.ts';
import { type BigHeap, bigHeapCases, SIZES_MB } from './big-heap.ts';
import type { TrafficName } from './traffic.ts';

/** Traffic and circumstances in which the same leaks and healthy twins are judged. */
export interface Regime {
  readonly name: string;
  readonly about: string;
  readonly traffic: TrafficName;
  readonly ratePerSecond: number;
  /** Of the requests, to the route of the fault. */
  readonly share: number;
  readonly when: 'always' | 'errors' | 'fiftieth' | 'late';
  /** Words of the tool beside pid and length. */
  readonly words: readonly string[];
  /** The service is started again so long after the soak began. */
  readonly restartAfterMs: number | null;
  /** How many times as long as the others: in a minute hardly a request comes. */
  readonly times: number;
  /** Another service, with cases of its own, and with the guards as they are by themselves. */
  readonly bigHeap?: BigHeap;
}

const STEADY: Regime = {
  name: 'steady',
  about: 'steady traffic, no rest',
  traffic: 'steady',
  ratePerSecond: 60,
  share: 0.5,
  when: 'always',
  words: [],
  restartAfterMs: null,
  times: 1,
};

export const REGIMES: readonly Regime[] = [
  { ...STEADY, name: 'steady-with-rest', about: 'steady traffic that rests in the last quarter', traffic: 'rests' },
  STEADY,
  { ...STEADY, name: 'waves', about: '0.3 to 1.7 of the mean, with bursts', traffic: 'waves' },
  {
    ...STEADY,
    name: 'low-traffic',
    about: '2 requests a second, for five minutes',
    ratePerSecond: 2,
    traffic: 'rests',
    times: 5,
  },
  {
    ...STEADY,
    name: 'many-routes',
    about: 'the leak on a route with 5 % of the requests',
    share: 0.05,
    ratePerSecond: 120,
  },
  {
    ...STEADY,
    name: 'error-path',
    about: 'leaks only where a request fails, one in five',
    when: 'errors',
    traffic: 'rests',
  },
  { ...STEADY, name: 'one-of-fifty', about: 'one in fifty requests leaks, 20 KB', when: 'fiftieth', traffic: 'rests' },
  { ...STEADY, name: 'begins-in-the-middle', about: 'leaks from 25 s on', when: 'late', traffic: 'rests' },
  { ...STEADY, name: 'restart', about: 'the service is started again in the middle', restartAfterMs: 32_000 },
  { ...STEADY, name: 'no-snapshots', about: '`--snapshots 0`', words: ['--snapshots', '0'], traffic: 'rests' },
  {
    ...STEADY,
    name: 'refused',
    about: 'snapshots refused by their guard',
    words: ['--max-pause', '100ms'],
    traffic: 'rests',
  },
  ...SIZES_MB.map(
    (megabytes): Regime => ({
      ...STEADY,
      name: `big-heap-${megabytes}`,
      about: `${megabytes} MB of live small objects, 1 KB leaks a request`,
      ratePerSecond: 100,
      share: 0.6,
      bigHeap: { megabytes },
    }),
  ),
];

/** What a case of a regime plants; `fault` none: the healthy twin, driven where the leak would be. */
export interface RegimeCase {
  readonly regime: Regime;
  readonly one: AccuracyCase;
  /** Routes that share the rest of the requests. */
  readonly others: readonly string[];
  /** Of the service. */
  readonly args: readonly string[];
  /** What the adding statement should hold, where that is judged. */
  readonly adds?: string | null;
}

type Planted = Pick<AccuracyCase, 'focus' | 'about' | 'kinds' | 'names' | 'consequences'>;

const PLANTED: readonly Planted[] = [
  planted('tickets', 'Map of tickets, one a request', ['js-heap-leak'], ['open', 'Ticket']),
  planted('parts', '60 to 70 small objects a request, in an array', ['js-heap-leak'], ['Part', 'parts']),
  planted('sold', 'listeners of an emitter', ['listener-leak'], ['sold', 'bus']),
  planted('files', 'file descriptors', ['fd-leak'], ['file', 'main.mjs']),
  planted('sockets', 'TCP connections to another service', ['socket-leak'], ['ocket', 'TCP'], ['Socket', 'registry']),
  planted('reminders', 'timers of an hour', ['timer-leak', 'js-heap-leak'], ['imer', 'Timeout']),
  planted('scans', 'buffers of 20 KB in an array', ['external-memory-leak', 'js-heap-leak'], ['scans', 'Buffer']),
  planted(
    'queue',
    'reactions on a promise that never settles',
    ['promise-leak', 'js-heap-leak'],
    ['queueEnd', 'romise'],
  ),
];

function planted(
  focus: string,
  about: string,
  kinds: Planted['kinds'],
  names: readonly string[],
  consequences: readonly string[] = [],
): Planted {
  return { focus, about, kinds, names, consequences };
}

const ROUTES: readonly string[] = PLANTED.map(({ focus }) => focus);
/** What weighs 20 KB each: of anything else, one in fifty requests is next to nothing in a minute. */
const HEAVY: readonly string[] = ['tickets', 'scans'];

/** The leaks of a regime, and each of their healthy twins, at the routes of its fault. */
export function casesOf(regime: Regime, seconds: number): RegimeCase[] {
  if (regime.bigHeap) return bigHeapCases(regime, regime.bigHeap, seconds);
  const shared = {
    service: 'ticket-desk',
    ratePerSecond: regime.ratePerSecond,
    seconds: regime.times * seconds,
    nodeMajor: 20,
    route: {},
  };
  return PLANTED.filter(({ focus }) => regime.when !== 'fiftieth' || HEAVY.includes(focus)).flatMap((one) => {
    const rest = { ...shared, files: [], isInCiCut: false };
    const others = ROUTES.filter((route) => route !== one.focus);
    const argsFor = (fault: string): string[] => ['--fault', fault, '--when', regime.when];
    return [
      {
        regime,
        others,
        args: argsFor(one.focus),
        one: { ...one, ...rest, name: `${regime.name}/${one.focus}`, fault: one.focus },
      },
      {
        regime,
        others,
        args: argsFor('none'),
        one: { ...one, ...rest, kinds: [], names: [], name: `${regime.name}/healthy-${one.focus}`, fault: 'none' },
      },
    ];
  });
}

/** What CI drives, in less than two minutes with two at once: each of these failed once. */
export const CI_NAMES: readonly string[] = [
  'steady-with-rest/files',
  'waves/parts',
  'steady/sockets',
  'steady-with-rest/healthy-tickets',
];
export const CI_SECONDS = 30;
