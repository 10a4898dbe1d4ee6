import type { BottleneckRule } from '../../src/model/bottleneck.ts';
import type { FindingKind } from '../../src/model/finding-catalogue.ts';

/** A service under load at some routes, and what its report should say of what makes it slow. */
export interface BottleneckCase {
  readonly name: string;
  readonly service: 'storefront' | 'notice-board';
  /** `none` for the healthy twin, under the same load. */
  readonly fault: string;
  readonly about: string;
  readonly ratePerSecond: number;
  readonly tasks: readonly object[];
  /** What must be there; null for the twin. */
  readonly expected: BottleneckRule | FindingKind | null;
  /** A word of its title or place: the culprit. */
  readonly names: string;
  /** Names the culprit as well: a synchronous call that holds the loop long enough is told as a hot function. */
  readonly instead: readonly FindingKind[];
  /** What may be there as well, since it follows from the fault or comes with it. */
  readonly mayAlso: readonly (BottleneckRule | FindingKind)[];
  /** Some rules compare heaps. */
  readonly snapshots: number;
}

interface Planted {
  readonly service: BottleneckCase['service'];
  readonly fault: string;
  readonly about: string;
  readonly ratePerSecond: number;
  readonly tasks: readonly object[];
  readonly expected: BottleneckRule | FindingKind;
  readonly names: string;
  readonly instead?: BottleneckCase['instead'];
  readonly mayAlso?: BottleneckCase['mayAlso'];
  readonly snapshots?: number;
}

const get = (name: string, path: string, weight = 1): object => ({ weight, request: { name, path } });
const health = get('health', '/health');

const PLANTED: readonly Planted[] = [
  {
    service: 'storefront',
    fault: 'blocking-seal',
    about: 'receipts are sealed by sixty thousand hashes in a row, twins by forty',
    ratePerSecond: 8,
    tasks: [get('receipts', '/receipts/o-{{sequence}}'), health],
    expected: 'hot-function',
    names: 'sealReceipt',
    mayAlso: ['gc-pressure'],
  },
  {
    service: 'storefront',
    fault: 'sync-read',
    about: 'a folder is listed and its files are read synchronously for each answer, by the twin once',
    ratePerSecond: 120,
    tasks: [get('terms', '/terms/land-{{random(1,9)}}', 2), health],
    expected: 'sync-call',
    names: 'renderTerms',
  },
  {
    service: 'storefront',
    fault: 'sync-hash',
    about: 'passwords are hashed by pbkdf2Sync, by the twin on the thread pool',
    ratePerSecond: 30,
    tasks: [
      { request: { name: 'logins', method: 'POST', path: '/logins', json: { user: 'u-{{sequence}}', password: 'p' } } },
      health,
    ],
    expected: 'sync-call',
    names: 'hashNow',
    instead: ['hot-function'],
  },
  {
    service: 'storefront',
    fault: 'big-json',
    about: '300 KB of JSON are serialised for each response, by the twin once',
    ratePerSecond: 30,
    tasks: [get('export', '/export'), health],
    expected: 'big-json',
    names: 'exportOrders',
    instead: ['hot-function'],
  },
  {
    service: 'storefront',
    fault: 'no-compression',
    about: '45 KB of JSON are sent uncompressed, by the twin compressed',
    ratePerSecond: 40,
    tasks: [get('catalogue', '/catalogue'), health],
    expected: 'no-compression',
    names: 'catalogue',
  },
  {
    service: 'notice-board',
    fault: 'no-keep-alive',
    about: 'each response has connection: close',
    ratePerSecond: 100,
    tasks: [get('translations', '/translations?text=word-{{random(1,50)}}'), health],
    expected: 'no-keep-alive',
    names: 'connection',
  },
  {
    service: 'notice-board',
    fault: 'no-paging',
    about: 'the list contains all notices, that of the twin the last twenty',
    ratePerSecond: 60,
    tasks: [
      {
        weight: 2,
        request: { name: 'add', method: 'POST', path: '/notices', json: { text: 'a notice of {{uuid}} for all' } },
        expect: { status: 201 },
      },
      get('list', '/notices'),
    ],
    expected: 'no-paging',
    names: 'list',
    mayAlso: ['big-json', 'js-heap-leak', 'hot-function', 'latency-degradation', 'cpu-degradation'],
  },
  {
    service: 'notice-board',
    fault: 'cache-miss',
    about: 'a cache whose key holds the id of the request, that of the twin the text alone',
    ratePerSecond: 100,
    tasks: [get('translations', '/translations?text=word-{{random(1,50)}}')],
    expected: 'cache-never-hits',
    names: 'TranslationCache',
    mayAlso: ['js-heap-leak'],
    snapshots: 4,
  },
  {
    service: 'notice-board',
    fault: 'garbage',
    about: 'four thousand rows are built for each who asks and held for a while, by the twin once',
    ratePerSecond: 60,
    tasks: [get('statistics', '/statistics'), health],
    expected: 'gc-pressure',
    names: 'buildRows',
    mayAlso: ['hot-function'],
  },
];

export const CASES: readonly BottleneckCase[] = PLANTED.flatMap((planted) => {
  const { instead = [], mayAlso = [], snapshots = 0 } = planted;
  const name = `${planted.service}/${planted.fault}`;
  return [
    { ...planted, name, instead, mayAlso, snapshots },
    {
      ...planted,
      name: `${name}-healthy`,
      fault: 'none',
      expected: null,
      names: '',
      instead: [],
      mayAlso: [],
      snapshots,
    },
  ];
});
