import { formatCount } from '../../model/units.ts';
import { figure } from '../figures.ts';
import { code } from '../terms.ts';

export const NOT_READ = 'not read in this run: --scrape URL adds the metrics of the service';
export const TOO_FEW = 'too few readings for a trend';
export const FROM_NAME = 'The meaning of this figure was guessed from its name.';

/** What getting worse means for each role that is judged, and what to do. */
export const ROLE_WORDS = {
  backlog: {
    what: 'What waits in',
    advice:
      'More work arrives than is processed. Find what the consumer waits for (the flame graph, the pool, the database), give it more workers, or refuse work when the backlog is full.',
  },
  'pool-wait': {
    what: 'The number of callers that wait in',
    advice:
      'Return each connection in a `finally` (`client.release()`), set a timeout for waiting, and look for queries that became slow.',
  },
  'hit-rate': {
    what: 'The share of hits in',
    advice:
      'Look at the keys and the bounds of the cache: a key that changes with each request (a time, an id), a size that is too small for the data, or an expiry that is too short.',
  },
  duration: {
    what: 'The time in',
    advice:
      'Compare the flame graphs of the first and of the last window: work that grows while the process runs shows there. If nothing shows, the service waits for something outside.',
  },
  failures: {
    what: 'The share of',
    advice: 'Read the log of the service from the time at which the share began to rise.',
  },
  cardinality: {
    what: 'The number of',
    advice:
      'A label takes new values all the time (a path with an id, a user, an error text), and the client library keeps one series per value. Use a pattern or a class as the label value instead.',
  },
} as const;

export function moreGrow(count: number): string {
  return `${count} more grow`;
}

export function steady(count: number, all: number): string {
  return `${formatCount(count)} of ${formatCount(all)} figures do not get worse or grow`;
}

export function describedAs(help: string): string {
  return `The service describes it as: ${help}.`;
}

/** `isTold`: an earlier check has measured the same. */
export function row(text: string, isTold: boolean, detail: string): string {
  return `${code(text)} ${isTold ? 'is part of a finding above; it ' : ''}${detail}`;
}

/** `as`: what was made of the series, `per second`; empty if nothing was. */
export function rises(text: string, as: string, rate: string): string {
  return `${code(text)}${as && `, ${as},`} rises by ${rate}`;
}

export function trafficRose(times: number): string {
  return `The requests per second rose to ${figure(times)} times as many in the same time.`;
}

export function moreLabelSets(count: number): string {
  return `The same holds for ${count} more of its label sets.`;
}

/** Figures that are made of several series. */
export const MADE_OF = {
  exposed: 'series exposed',
  exposedHelp: 'How many series the service exposes in all',
  hits: (series: string): string => `${series} of hits and misses`,
  hitsHelp: 'Share of look-ups that were hits',
  failures: (name: string): string => `failures among ${name}`,
  failuresHelp: 'Share that failed',
} as const;
