import type { MetricName } from '../model/metric-catalogue.ts';
import type { ProbeReading } from './in-target/runtime/target-runtime-probe.ts';

const TIMERS: readonly string[] = ['Timeout', 'Immediate'];
const SOCKETS: readonly string[] = ['TCPSocketWrap', 'TLSWrap'];
const SERVERS: readonly string[] = ['TCPServerWrap', 'PipeServerWrap'];

/** Spaces of V8 by the metric that they belong to; from V8 12 on bytecode and code objects live in trusted space. */
const SPACES: Readonly<Record<string, MetricName>> = {
  old_space: 'heap.space.old',
  new_space: 'heap.space.new',
  code_space: 'heap.space.code',
  code_large_object_space: 'heap.space.code',
  trusted_space: 'heap.space.code',
  trusted_large_object_space: 'heap.space.code',
  large_object_space: 'heap.space.large',
  new_large_object_space: 'heap.space.large',
};

/**
 * A reading from inside the target as values of the metric catalogue. `heap.live` stands only in samples that follow a
 * major collection: between two of them nothing new is known.
 */
export function toRuntimeValues(reading: ProbeReading): Partial<Record<MetricName, number>> {
  const { memory, heap, loop, gc, requests } = reading;
  const values: Partial<Record<MetricName, number>> = {};
  if (memory) {
    values['heap.used'] = memory.heapUsed;
    values['heap.external'] = memory.external;
    values['heap.arrayBuffers'] = memory.arrayBuffers;
  }
  if (heap) {
    values['heap.total'] = heap.total;
    values['heap.limit'] = heap.limit;
    values['heap.malloced'] = heap.malloced;
    values['heap.contexts'] = heap.contexts;
  }
  if (loop) {
    if (loop.p50 !== null) values['loop.delay.p50'] = loop.p50;
    if (loop.p99 !== null) values['loop.delay.p99'] = loop.p99;
    values['loop.delay.max'] = loop.max;
  }
  if (reading.utilization !== null) values['loop.utilization'] = reading.utilization;
  if (gc) {
    values['gc.major.count'] = gc.major;
    values['gc.major.time'] = gc.majorMs;
    values['gc.minor.count'] = gc.minor;
    values['gc.minor.time'] = gc.minorMs;
    values['gc.other.time'] = gc.otherMs;
    values['gc.pause.max'] = gc.maxPauseMs;
  }
  const live = reading.live.at(-1);
  if (live) values['heap.live'] = live.bytes;
  if (requests) {
    values['requests.served'] = requests.served;
    values['requests.errors'] = requests.errors;
    values['requests.aborted'] = requests.aborted;
    values['requests.active'] = requests.active;
    values['requests.latency.sum'] = requests.latencySumMs;
    if (requests.servers !== null) values['resources.servers.http'] = requests.servers;
  }
  if (reading.queries) Object.assign(values, queryValues(reading.queries));
  for (const [space, bytes] of Object.entries(reading.spaces ?? {})) {
    const name = SPACES[space];
    if (name) values[name] = (values[name] ?? 0) + bytes;
  }
  return { ...values, ...resourceValues(reading.resources) };
}

function queryValues(queries: NonNullable<ProbeReading['queries']>): Partial<Record<MetricName, number>> {
  const { pools } = queries;
  return {
    'queries.count': queries.calls,
    'queries.errors': queries.errors,
    'queries.time': queries.totalMs,
    'queries.slow': queries.slow,
    ...(pools && {
      'pool.total': pools.total,
      'pool.idle': pools.idle,
      'pool.waiting': pools.waiting,
      'pool.limit': pools.limit,
      'pool.acquires': queries.acquires,
      'pool.acquire.failures': queries.acquireFailures,
      'pool.acquire.time': queries.acquireMs,
      'pool.acquire.max': queries.acquireMaxMs,
    }),
  };
}

function resourceValues(resources: ProbeReading['resources']): Partial<Record<MetricName, number>> {
  if (!resources) return {};
  const values = { 'resources.timers': 0, 'resources.sockets': 0, 'resources.servers': 0, 'resources.other': 0 };
  for (const [type, count] of Object.entries(resources)) {
    if (TIMERS.includes(type)) values['resources.timers'] += count;
    else if (SOCKETS.includes(type)) values['resources.sockets'] += count;
    else if (SERVERS.includes(type)) values['resources.servers'] += count;
    else values['resources.other'] += count;
  }
  return values;
}
