/**
 * Every series that a run records, and nothing else: the schema of `values` in samples.ndjson.
 * `kind` gauge: the value at the tick. `counter`: rises only, within one segment (one life of the process).
 * `better` tells a report which way is worse. `source` says where the figure comes from.
 */
export interface MetricInfo {
  readonly unit: 'bytes' | 'percent' | 'ms' | 'count' | 'share';
  readonly kind: 'gauge' | 'counter';
  readonly better: 'lower' | 'higher' | 'neither';
  readonly source: 'pidusage' | 'proc' | 'cgroup' | 'runtime' | 'load' | 'tool' | 'database';
  readonly title: string;
}

const gauge = (
  unit: MetricInfo['unit'],
  better: MetricInfo['better'],
  source: MetricInfo['source'],
  title: string,
): MetricInfo => ({
  unit,
  kind: 'gauge',
  better,
  source,
  title,
});
const counter = (unit: MetricInfo['unit'], source: MetricInfo['source'], title: string): MetricInfo => ({
  unit,
  kind: 'counter',
  better: 'neither',
  source,
  title,
});

export type MetricName =
  | 'process.cpu'
  | 'process.rss'
  | 'process.pss'
  | 'process.private'
  | 'process.swap'
  | 'process.threads'
  | 'process.fds'
  | 'process.fds.file'
  | 'process.fds.socket'
  | 'process.fds.pipe'
  | 'process.fds.anon'
  | 'process.fds.other'
  | 'process.io.read'
  | 'process.io.write'
  | 'process.ctxt.voluntary'
  | 'process.ctxt.involuntary'
  | 'process.run-delay'
  | 'network.received'
  | 'network.sent'
  | 'cgroup.memory.current'
  | 'cgroup.memory.limit'
  | 'cgroup.memory.oom-kills'
  | 'cgroup.cpu.throttled'
  | 'heap.used'
  | 'heap.total'
  | 'heap.limit'
  | 'heap.live'
  | 'heap.external'
  | 'heap.arrayBuffers'
  | 'heap.malloced'
  | 'heap.space.old'
  | 'heap.space.new'
  | 'heap.space.code'
  | 'heap.space.large'
  | 'heap.contexts'
  | 'gc.major.count'
  | 'gc.major.time'
  | 'gc.minor.count'
  | 'gc.minor.time'
  | 'gc.other.time'
  | 'gc.pause.max'
  | 'loop.delay.p50'
  | 'loop.delay.p99'
  | 'loop.delay.max'
  | 'loop.utilization'
  | 'resources.timers'
  | 'resources.sockets'
  | 'resources.servers'
  | 'resources.servers.http'
  | 'resources.other'
  | 'requests.served'
  | 'requests.aborted'
  | 'requests.active'
  | 'requests.latency.sum'
  | 'queries.count'
  | 'queries.errors'
  | 'queries.time'
  | 'queries.slow'
  | 'pool.total'
  | 'pool.idle'
  | 'pool.waiting'
  | 'pool.limit'
  | 'pool.acquires'
  | 'pool.acquire.failures'
  | 'pool.acquire.time'
  | 'pool.acquire.max'
  | 'db.connections'
  | 'db.connections.active'
  | 'db.connections.idle-in-transaction'
  | 'db.connections.limit'
  | 'db.lock-waits'
  | 'db.locks'
  | 'db.transaction.age.max'
  | 'db.commits'
  | 'db.rollbacks'
  | 'db.deadlocks'
  | 'db.blocks.read'
  | 'db.blocks.hit'
  | 'db.temp.bytes'
  | 'db.cache.hit-ratio'
  | 'load.requests'
  | 'load.errors'
  | 'load.in-flight'
  | 'tool.sample-cost';

export const METRICS: Readonly<Record<MetricName, MetricInfo>> = {
  'process.cpu': gauge('percent', 'lower', 'pidusage', 'CPU, percent of one core'),
  'process.rss': gauge('bytes', 'lower', 'pidusage', 'Resident memory (RSS)'),
  'process.pss': gauge('bytes', 'lower', 'proc', 'Proportional memory (PSS)'),
  'process.private': gauge('bytes', 'lower', 'proc', 'Private memory'),
  'process.swap': gauge('bytes', 'lower', 'proc', 'Swapped-out memory'),
  'process.threads': gauge('count', 'lower', 'proc', 'Threads'),
  'process.fds': gauge('count', 'lower', 'proc', 'Open descriptors'),
  'process.fds.file': gauge('count', 'lower', 'proc', 'Descriptors of regular files'),
  'process.fds.socket': gauge('count', 'lower', 'proc', 'Descriptors of sockets'),
  'process.fds.pipe': gauge('count', 'lower', 'proc', 'Descriptors of pipes'),
  'process.fds.anon': gauge('count', 'lower', 'proc', 'Descriptors of epoll, eventfd, timerfd and the like'),
  'process.fds.other': gauge('count', 'lower', 'proc', 'Other descriptors (devices, directories)'),
  'process.io.read': counter('bytes', 'proc', 'Bytes read from storage'),
  'process.io.write': counter('bytes', 'proc', 'Bytes written to storage'),
  'process.ctxt.voluntary': counter('count', 'proc', 'Voluntary context switches'),
  'process.ctxt.involuntary': counter('count', 'proc', 'Involuntary context switches'),
  'process.run-delay': counter('ms', 'proc', 'Time spent runnable but waiting for a core (main thread)'),
  'network.received': counter(
    'bytes',
    'proc',
    'Bytes received in the network namespace of the target, loopback included',
  ),
  'network.sent': counter('bytes', 'proc', 'Bytes sent from the network namespace of the target, loopback included'),
  'cgroup.memory.current': gauge('bytes', 'lower', 'cgroup', 'Memory of the control group, without idle page cache'),
  'cgroup.memory.limit': gauge('bytes', 'neither', 'cgroup', 'Memory limit of the control group'),
  'cgroup.memory.oom-kills': counter('count', 'cgroup', 'Processes of the control group killed for lack of memory'),
  'cgroup.cpu.throttled': counter('ms', 'cgroup', 'Time throttled by the CPU quota'),
  'heap.used': gauge('bytes', 'lower', 'runtime', 'JS heap used'),
  'heap.total': gauge('bytes', 'lower', 'runtime', 'JS heap committed'),
  'heap.limit': gauge('bytes', 'neither', 'runtime', 'JS heap size limit'),
  'heap.live': gauge('bytes', 'lower', 'runtime', 'JS heap live after the last major collection'),
  'heap.external': gauge('bytes', 'lower', 'runtime', 'Memory of C++ objects bound to JS objects'),
  'heap.arrayBuffers': gauge('bytes', 'lower', 'runtime', 'Memory of ArrayBuffers and Buffers'),
  'heap.malloced': gauge('bytes', 'lower', 'runtime', 'Memory that V8 itself took from malloc'),
  'heap.space.old': gauge('bytes', 'lower', 'runtime', 'Old space used'),
  'heap.space.new': gauge('bytes', 'lower', 'runtime', 'New space used'),
  'heap.space.code': gauge('bytes', 'lower', 'runtime', 'Code space used'),
  'heap.space.large': gauge('bytes', 'lower', 'runtime', 'Large-object spaces used'),
  'heap.contexts': gauge('count', 'lower', 'runtime', 'Native contexts (more than a few: leaking vm contexts)'),
  'gc.major.count': counter('count', 'runtime', 'Major collections'),
  'gc.major.time': counter('ms', 'runtime', 'Time in major collections'),
  'gc.minor.count': counter('count', 'runtime', 'Minor collections'),
  'gc.minor.time': counter('ms', 'runtime', 'Time in minor collections'),
  'gc.other.time': counter('ms', 'runtime', 'Time in incremental marking and weak callbacks'),
  'gc.pause.max': gauge('ms', 'lower', 'runtime', 'Longest collection since the last sample'),
  'loop.delay.p50': gauge('ms', 'lower', 'runtime', 'Event-loop delay, median since the last sample'),
  'loop.delay.p99': gauge('ms', 'lower', 'runtime', 'Event-loop delay, 99th percentile since the last sample'),
  'loop.delay.max': gauge('ms', 'lower', 'runtime', 'Event-loop delay, longest since the last sample'),
  'loop.utilization': gauge('share', 'lower', 'runtime', 'Event-loop utilisation since the last sample'),
  'resources.timers': gauge('count', 'lower', 'runtime', 'Active timers'),
  'resources.sockets': gauge('count', 'lower', 'runtime', 'Active TCP sockets'),
  'resources.servers': gauge('count', 'lower', 'runtime', 'Listening servers'),
  'resources.servers.http': gauge(
    'count',
    'neither',
    'runtime',
    'Listening HTTP servers, looked for until a request comes',
  ),
  'resources.other': gauge('count', 'lower', 'runtime', 'Other active resources'),
  'requests.served': counter('count', 'runtime', 'HTTP requests answered by the target'),
  'requests.aborted': counter('count', 'runtime', 'HTTP requests that ended without an answer'),
  'requests.active': gauge('count', 'lower', 'runtime', 'HTTP requests in progress in the target'),
  'requests.latency.sum': counter('ms', 'runtime', 'Sum of the times the target took to answer'),
  'queries.count': counter('count', 'runtime', 'Database queries of the target'),
  'queries.errors': counter('count', 'runtime', 'Database queries that failed'),
  'queries.time': counter('ms', 'runtime', 'Sum of the times that queries took, waiting in the client included'),
  'queries.slow': counter('count', 'runtime', 'Queries over the limit of the slow-query log'),
  'pool.total': gauge('count', 'lower', 'runtime', 'Connections of the pools, in use or idle'),
  'pool.idle': gauge('count', 'neither', 'runtime', 'Idle connections of the pools'),
  'pool.waiting': gauge('count', 'lower', 'runtime', 'Callers that wait for a connection of a pool'),
  'pool.limit': gauge('count', 'neither', 'runtime', 'Most connections that the pools may open'),
  'pool.acquires': counter('count', 'runtime', 'Connections asked of the pools'),
  'pool.acquire.failures': counter('count', 'runtime', 'Connections that the pools did not give'),
  'pool.acquire.time': counter('ms', 'runtime', 'Sum of the waits for a connection'),
  'pool.acquire.max': gauge('ms', 'lower', 'runtime', 'Longest wait for a connection since the last sample'),
  'db.connections': gauge('count', 'lower', 'database', 'Connections to the database'),
  'db.connections.active': gauge('count', 'lower', 'database', 'Connections that run a statement'),
  'db.connections.idle-in-transaction': gauge(
    'count',
    'lower',
    'database',
    'Connections that sit in an open transaction',
  ),
  'db.connections.limit': gauge('count', 'neither', 'database', 'Connections that the server allows in all'),
  'db.lock-waits': gauge('count', 'lower', 'database', 'Connections that wait for a lock'),
  'db.locks': gauge('count', 'lower', 'database', 'Locks held or awaited'),
  'db.transaction.age.max': gauge('ms', 'lower', 'database', 'Age of the oldest open transaction'),
  'db.commits': counter('count', 'database', 'Transactions committed'),
  'db.rollbacks': counter('count', 'database', 'Transactions rolled back'),
  'db.deadlocks': counter('count', 'database', 'Deadlocks'),
  'db.blocks.read': counter('count', 'database', 'Blocks read from outside of the buffer cache'),
  'db.blocks.hit': counter('count', 'database', 'Blocks found in the buffer cache'),
  'db.temp.bytes': counter('bytes', 'database', 'Bytes written to temporary files'),
  'db.cache.hit-ratio': gauge('share', 'higher', 'database', 'Blocks found in the buffer cache, since the last look'),
  'load.requests': counter('count', 'load', 'Requests completed by the load engine'),
  'load.errors': counter('count', 'load', 'Requests that failed'),
  'load.in-flight': gauge('count', 'lower', 'load', 'Requests in flight'),
  'tool.sample-cost': gauge('ms', 'lower', 'tool', 'Time that taking this sample took'),
};

export function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(METRICS, name);
}
