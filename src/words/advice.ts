import type { FindingKind } from '../model/finding-catalogue.ts';

/** `holder` and `subject` come quoted. */
export interface AdviceSubject {
  readonly holder: string;
  readonly subject: string;
}

interface Advice {
  readonly change: (about: AdviceSubject) => string;
  /** What another soak should show. */
  readonly check: string;
}

const GONE = 'the finding should be gone';

/** What to change, by kind of finding. */
const ADVICE: Readonly<Record<FindingKind, Advice>> = {
  'js-heap-leak': {
    change: ({ holder, subject }) =>
      `Look at the code that adds to ${holder} and at the code that removes from it. Remove each ${subject} when its work is done, also on failure (in a \`finally\`). An entry that waits for an event that may never come (a reply, for example) needs a timeout that removes it. An entry that is kept on purpose needs a bound: a maximum size that evicts the oldest entry, or an expiry.`,
    check: 'the count in the last snapshot should equal the count in the first',
  },
  'external-memory-leak': {
    change: ({ holder, subject }) =>
      `Remove each ${subject} from ${holder} after its last use. A small slice keeps the whole buffer alive: copy the part that you keep (\`Buffer.from(slice)\`).`,
    check: GONE,
  },
  'native-memory-leak': {
    change: () =>
      'Look at add-ons and at what they allocate for each request (image, crypto, compression, database drivers): streams and handles that are not closed. A run without the suspected add-on shows whether it is the cause.',
    check: GONE,
  },
  'memory-fragmentation': {
    change: () =>
      'The memory is held by the allocator, not by the program: try `MALLOC_ARENA_MAX=2` or jemalloc, and avoid short bursts of very large buffers.',
    check: GONE,
  },
  'fd-leak': {
    change: ({ subject }) =>
      `Close each ${subject} in a \`finally\`, also when reading fails or the client disconnects; \`stream.pipeline\` and \`await using\` do that for you.`,
    check: 'the number of open descriptors should return to its earlier level',
  },
  'socket-leak': {
    change: ({ subject }) =>
      `Close each ${subject} whatever the outcome, set a timeout on it, and use one shared agent or pool instead of one for each request.`,
    check: 'the number of open sockets should return to its earlier level',
  },
  'timer-leak': {
    change: ({ holder, subject }) =>
      `Clear each ${subject} of ${holder} in a \`finally\` as soon as the awaited event has happened (\`clearTimeout\`, \`clearInterval\`), or pass a signal that ends it.`,
    check: 'the number of active timers should stay level under load',
  },
  'listener-leak': {
    change: ({ holder }) =>
      `Remove each listener (here: ${holder}) whatever the outcome of the request (\`off\` or \`removeEventListener\` in a \`finally\`), or listen once for all requests. \`once\` helps only if the event occurs. A \`signal\` that is aborted at the end helps on an EventTarget; an EventEmitter does not support it.`,
    check: '`emitter.listenerCount(event)` should stay level under load',
  },
  'promise-leak': {
    change: ({ holder }) =>
      `Do not wait on ${holder} in each request: each \`then\`, \`await\` and \`Promise.race\` adds a reaction to it, which stays until it settles. Listen to it once for all requests, or race against a promise that belongs to the request.`,
    check: GONE,
  },
  'thread-leak': {
    change: ({ subject }) => `Terminate each ${subject} when its task is done, or keep a pool of a fixed size.`,
    check: GONE,
  },
  'pool-exhaustion': {
    change: ({ subject }) =>
      `Return each connection of ${subject} in a \`finally\` (\`client.release()\`), and set a timeout for waiting.`,
    check: GONE,
  },
  'latency-degradation': {
    change: ({ subject }) =>
      `Compare the flame graphs of the first and of the last window for ${subject}: work that grows while the process runs (a list that is searched, a table without an index) shows there.`,
    check: GONE,
  },
  'throughput-degradation': {
    change: () =>
      'See which other series moved with it: CPU per request, event-loop delay, pool waits or the database; the one that rose first is probably the cause.',
    check: GONE,
  },
  'error-rate-degradation': {
    change: () =>
      'Read the kinds of errors in the timeline of requests: timeouts point to exhaustion (pool, descriptors, memory), status 500 to the log of the service.',
    check: GONE,
  },
  'event-loop-degradation': {
    change: () =>
      'Look for long synchronous work in the flame graph of the last window (parsing, hashing, loops over growing lists) and split it up or move it to a worker.',
    check: GONE,
  },
  'cpu-degradation': {
    change: ({ subject }) =>
      `Look at what ${subject} iterates over: a list that grows while the process runs makes each request more expensive. Replace entries instead of adding to them.`,
    check: GONE,
  },
  'gc-pressure': {
    change: ({ subject }) =>
      `Allocate less for each request at ${subject}: reuse buffers, stream instead of building large strings, keep fewer short-lived copies.`,
    check: GONE,
  },
  'hot-function': {
    change: ({ subject }) =>
      `Make ${subject} cheaper or call it less often; if it blocks (a \`Sync\` call, hashing, compression), use its asynchronous form.`,
    check: GONE,
  },
  'slow-query': {
    change: () => 'Look at the plan of the query; an index on the filtered columns is the usual fix.',
    check: GONE,
  },
  'n-plus-one-query': {
    change: () => 'Read all rows in one query (a join, or `= any($1)`) instead of one query for each row.',
    check: GONE,
  },
  'slo-breach': {
    change: ({ subject }) => `Find what ${subject} waits for: the flame graph of its window, the pool, the database.`,
    check: GONE,
  },
  'breaking-point': {
    change: () => 'Raise the resource that ran out first, or admit less load.',
    check: GONE,
  },
  regression: {
    change: ({ subject }) => `Compare the two versions at ${subject}.`,
    check: GONE,
  },
};

/** What to change, what it should bring where that was measured, and how to check it. */
export function recommend(kind: FindingKind, about: AdviceSubject, gain: string = ''): string {
  const { change, check } = ADVICE[kind];
  return advise([change(about), gain].join(' ').trimEnd(), check);
}

/** What another soak should show where a finding of this kind is fixed. */
export function checkOf(kind: FindingKind): string {
  return ADVICE[kind].check;
}

/** Advice in other words than those of the kind. */
export function advise(advice: string, check: string = GONE): string {
  return `${advice} To check: soak again with the same load; ${check}.`;
}
