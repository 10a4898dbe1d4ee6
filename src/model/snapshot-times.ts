/**
 * When a snapshot was taken, by its name: `Heap.20261130.193247.4711.0.001.heapsnapshot` (Node:
 * `--heapsnapshot-near-heap-limit`, `v8.writeHeapSnapshot`, its signal), `heapdump-1795891967.123456.heapsnapshot` (the
 * package heapdump).
 */
const OF_NODE = /(?:^|[\\/])Heap[.-](\d{8})[.-](\d{6})[.-](\d+)[.-](\d+)[.-]?(\d*)\.heapsnapshot(?:\.\w+)?$/;
const OF_HEAPDUMP = /(?:^|[\\/])heapdump-(\d+)\.(\d+)\.heapsnapshot(?:\.\w+)?$/;

/** Text that sorts by time; null if the name does not say it. Names of different writers do not compare. */
function timeInName(path: string): { readonly writer: string; readonly key: string } | null {
  const node = OF_NODE.exec(path);
  if (node) {
    const [, day, time, pid, thread, sequence = ''] = node;
    return { writer: `node ${pid} ${thread}`, key: `${day}${time}${sequence.padStart(12, '0')}` };
  }
  const dump = OF_HEAPDUMP.exec(path);
  return dump ? { writer: 'heapdump', key: `${dump[1]?.padStart(12, '0')}${dump[2]?.padStart(6, '0')}` } : null;
}

/** Snapshots of one process, ordered by the times in their names; in the given order if the names have no time. */
export function inOrderOfTime(files: readonly string[]): readonly string[] {
  const times = files.map(timeInName);
  const [first] = times;
  if (!first || times.some((time) => time?.writer !== first.writer)) return files;
  const order = files.map((_, index) => index);
  order.sort((a, b) => compare(times[a]?.key ?? '', times[b]?.key ?? '') || a - b);
  return order.map((index) => files[index] ?? '');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
