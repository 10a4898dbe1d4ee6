/** The checks that a run is put through, as "what was checked" and report.json name them. */
export const CHECK_IDS = [
  'JS heap',
  'external memory',
  'connection pool',
  'pools',
  'threads',
  'descriptors',
  'sockets',
  'timers',
  'native memory',
  'queries in a loop',
  'slow queries',
  'CPU a request',
  'event loop',
  'latency',
  'errors',
  'metrics of the service',
  'throughput',
  'garbage collection',
  'hot functions',
  'limits',
  'coverage',
] as const;

export type CheckId = (typeof CHECK_IDS)[number];
