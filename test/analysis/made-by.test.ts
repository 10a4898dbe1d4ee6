import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { madeBy } from '../../src/analysis/made-by.ts';
import type { AllocationGrowth } from '../../src/cpu/allocation-sites.ts';
import type { SourcePlace } from '../../src/model/profiles.ts';

const place = (file: string, name: string): SourcePlace => ({
  file,
  line: 3,
  column: 1,
  function: name,
  package: null,
});

/** Live objects that were allocated inside of a function of Node that this one of the program calls. */
function grown(caller: string, called: string, bytes: number, samples = 40): AllocationGrowth {
  const stack = [place('node:internal/thing', 'make'), place('node:internal/thing', called), place(caller, 'handle')];
  return { stack, beforeBytes: 0, bytes, samples, shareOfGrowth: 0.5 };
}

const SPAWN = grown('converter.mjs', 'spawn', 900_000);
const WORKER = grown('thumbnails.mjs', 'Worker', 600_000);
const OPEN = grown('pages.mjs', 'openSync', 4000, 2);
const CONNECT = grown('forwarder.mjs', 'connect', 800_000);

describe('what made the descriptors that pile up fits what is counted, and there is enough of it', () => {
  const nameOf = (stacks: readonly AllocationGrowth[], counted: Parameters<typeof madeBy>[1]): string | null =>
    madeBy({ allocationGrowth: stacks }, counted)?.place.file ?? null;
  const all = [SPAWN, CONNECT, WORKER, OPEN];

  test('event descriptors are of worker threads, however much children of a process grew', () => {
    const events = { kind: 'fd-leak', counted: 'process.fds.anon', gained: 100 } as const;
    assert.equal(nameOf(all, events), 'thumbnails.mjs');
    assert.equal(nameOf([SPAWN, CONNECT, OPEN], events), null);
  });

  test('each kind has makers of its own', () => {
    assert.equal(nameOf(all, { kind: 'thread-leak', counted: 'process.threads', gained: 50 }), 'thumbnails.mjs');
    assert.equal(nameOf(all, { kind: 'fd-leak', counted: 'process.fds.pipe', gained: 50 }), 'converter.mjs');
    assert.equal(nameOf(all, { kind: 'socket-leak', counted: 'process.fds.socket', gained: 100 }), 'converter.mjs');
    assert.equal(
      nameOf([CONNECT], { kind: 'socket-leak', counted: 'process.fds.socket', gained: 100 }),
      'forwarder.mjs',
    );
    assert.equal(nameOf([CONNECT, OPEN], { kind: 'fd-leak', counted: 'process.fds.file', gained: 900 }), 'pages.mjs');
  });

  test('what grew too little to have made so many is not named', () => {
    const few = grown('converter.mjs', 'spawn', 12_000, 3);
    const sockets = { kind: 'socket-leak', counted: 'process.fds.socket', gained: 1000 } as const;
    assert.equal(nameOf([few], sockets), null);
    assert.equal(nameOf([few, CONNECT], sockets), 'forwarder.mjs');
    assert.equal(nameOf([few], { ...sockets, gained: 20 }), 'converter.mjs');
    // What lived before is no growth.
    assert.equal(nameOf([{ ...CONNECT, beforeBytes: 790_000 }], { ...sockets, gained: 4000 }), null);
  });

  test('of an open file no object need stay: then the only one that opens any is named', () => {
    const files = { kind: 'fd-leak', counted: 'process.fds.file', gained: 2000 } as const;
    assert.equal(nameOf([OPEN], files), 'pages.mjs');
    assert.equal(nameOf([OPEN, grown('logs.mjs', 'open', 3000, 1)], files), null);
  });
});
