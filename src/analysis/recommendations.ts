import type { FindingKind } from '../model/finding.ts';

/** What to change, by kind of finding. The compiler refuses a kind without advice. `holder` and `subject` come quoted. */
export interface AdviceSubject {
  readonly holder: string;
  readonly subject: string;
}

type Advice = (about: AdviceSubject) => string;

const ADVICE: Readonly<Record<FindingKind, Advice>> = {
  'js-heap-leak': ({ holder, subject }) =>
    `Look at what adds to ${holder} and at every place that takes from it. Remove each ${subject} when its work is over, on failure too (in a \`finally\`); what waits for something that may never come (a reply, an event) needs a time-out that removes it; what is kept on purpose needs a bound: a maximum size with the oldest out first, or an expiry.`,
  'external-memory-leak': ({ holder, subject }) =>
    `Let go of each ${subject} in ${holder} once it was used. A small slice keeps the whole buffer alive: copy what must stay (\`Buffer.from(slice)\`).`,
  'native-memory-leak': () =>
    'Look at add-ons and at what they allocate for each request (image, crypto, compression, database drivers): streams and handles that are not closed. A run with the suspected add-on left out tells whether it is the one.',
  'memory-fragmentation': () =>
    'The memory is held by the allocator, not by the program: try `MALLOC_ARENA_MAX=2` or jemalloc, and avoid short bursts of very large buffers.',
  'fd-leak': ({ subject }) =>
    `Close each ${subject} in a \`finally\`, also when reading fails or the client goes away; \`stream.pipeline\` and \`await using\` do it by themselves.`,
  'socket-leak': ({ subject }) =>
    `End each ${subject} in every outcome, set a timeout on it, and use one shared agent or pool instead of one a request.`,
  'timer-leak': ({ holder, subject }) =>
    `Clear each ${subject} of ${holder} in a \`finally\` as soon as what it waits for has happened (\`clearTimeout\`, \`clearInterval\`), or pass a signal that ends it.`,
  'listener-leak': ({ holder }) =>
    `Take each listener off again (here: ${holder}) in every outcome of the request (\`off\` or \`removeEventListener\` in a \`finally\`), or listen once for all requests. \`once\` helps only where the event comes; a \`signal\` that is aborted at the end helps on an EventTarget, an EventEmitter does not know it.`,
  'promise-leak': ({ holder }) =>
    `Do not wait on ${holder} once a request: each \`then\`, \`await\` and \`Promise.race\` hangs a reaction on it until it settles. Listen to it once for all requests, or race against a promise that belongs to the request.`,
  'thread-leak': ({ subject }) => `Terminate each ${subject} when its task is done, or keep a pool of a fixed size.`,
  'pool-exhaustion': ({ subject }) =>
    `Give each connection of ${subject} back in a \`finally\` (\`client.release()\`), and set a timeout for waiting.`,
  'latency-degradation': ({ subject }) =>
    `Compare the flame graphs of the first and of the last window for ${subject}: work that grows with the age of the process (a list that is searched, a table without an index) shows there.`,
  'throughput-degradation': () =>
    'See which other series moved with it: CPU a request, event-loop delay, pool waits or the database; the first that rises is the cause.',
  'error-rate-degradation': () =>
    'Read the kinds of errors in the timeline of requests: time-outs point to exhaustion (pool, descriptors, memory), status 500 to the log of the service.',
  'event-loop-degradation': () =>
    'Look for long synchronous work in the flame graph of the last window (parsing, hashing, loops over growing lists) and split it up or move it to a worker.',
  'cpu-degradation': ({ subject }) =>
    `Look at what ${subject} iterates over: a list that grows while the process lives makes each request dearer. Replace what is there instead of adding to it.`,
  'gc-pressure': ({ subject }) =>
    `Allocate less for each request at ${subject}: reuse buffers, stream instead of building large strings, keep fewer short-lived copies.`,
  'hot-function': ({ subject }) =>
    `Make ${subject} cheaper or call it less often; if it blocks (a \`Sync\` call, hashing, compression), use its asynchronous form.`,
  'slow-query': () => 'Look at the plan of the query; an index on the filtered columns is the usual cure.',
  'n-plus-one-query': () => 'Read all rows in one query (a join, or `= any($1)`) instead of one query a row.',
  'slo-breach': ({ subject }) =>
    `Find what ${subject} waits for: the flame graph of its window, the pool, the database.`,
  'breaking-point': () => 'Raise the resource that gave way first, or limit the load that is let in.',
  regression: ({ subject }) => `Compare the two versions at ${subject}.`,
};

const CHECK: Readonly<Partial<Record<FindingKind, string>>> = {
  'js-heap-leak': 'the count in the last snapshot should stay where it was in the first',
  'listener-leak': '`emitter.listenerCount(event)` should stay where it is under load',
  'timer-leak': 'the number of active timers should stay where it is under load',
  'fd-leak': 'the number of open descriptors should come back to where it was',
  'socket-leak': 'the number of open sockets should come back to where it was',
};

/** What to change, what it should bring where that was measured, and how to check it. */
export function recommend(kind: FindingKind, about: AdviceSubject, gain: string = ''): string {
  return advise([ADVICE[kind](about), gain].join(' ').trimEnd(), CHECK[kind]);
}

/** Advice in other words than those of the kind. */
export function advise(advice: string, check = 'the finding should be gone'): string {
  return `${advice} To check: soak again with the same load; ${check}.`;
}
