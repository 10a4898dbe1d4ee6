import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FoundDraft } from '../../src/analysis/check.ts';
import { foldFollowers } from '../../src/analysis/fold-followers.ts';
import type { HeldObjects } from '../../src/analysis/held-objects.ts';
import type { Growth } from '../../src/model/finding.ts';
import type { FindingKind } from '../../src/model/finding-catalogue.ts';
import type { Holder } from '../../src/model/holder.ts';

const NO_GROWTH: Growth = {
  bytesPerHour: null,
  bytesPerHourCI: null,
  bytesPerRequest: null,
  objectsPerRequest: 1,
  shareOfGrowth: null,
  timeToLimitMs: null,
  timeToLimitCI: [null, null],
};

function draft(kind: FindingKind, growth: Partial<Growth>, objects?: HeldObjects): FoundDraft {
  return {
    id: kind,
    kind,
    confidence: 'confirmed',
    severity: 'major',
    title: 'These pile up.',
    subject: { class: 'thing', holder: 'its holder', path: [], source: null, package: null },
    ...(objects ? { objects } : {}),
    growth: { ...NO_GROWTH, ...growth },
    evidence: [],
    against: [],
    recommendation: '',
    foundBy: 'JS heap',
  };
}

const THREADS = draft('thread-leak', { perHour: 60, perHourUnit: 'threads' });
const SOCKETS = draft('socket-leak', { perHour: 60, perHourUnit: 'sockets' });

function listenersOn(name: string): HeldObjects {
  const on = { class: 'WriteStream', knownBy: { how: 'property', name } as const, owner: null };
  const holder: Holder = { container: 'listeners', event: 'error', api: 'event-emitter', on };
  return { class: 'closure onerror', holder, path: [] };
}

function variable(className: string, container: 'map' | 'array' = 'map'): HeldObjects {
  const holder: Holder = { container, class: 'Map', knownBy: { how: 'variable', name: 'jobs' }, owner: null };
  return { class: className, holder, path: [] };
}

/** The same with every text of it replaced. */
function reworded(one: FoundDraft, text: string): FoundDraft {
  const { subject } = one;
  return { ...one, title: text, subject: { ...subject, class: text, holder: text, path: [text, text, text] } };
}

describe('what comes with each counted thing is folded into it by data', () => {
  const cases: readonly (readonly [string, FoundDraft, FindingKind, HeldObjects, boolean])[] = [
    ['listeners on a standard stream, of workers', THREADS, 'listener-leak', listenersOn('stdout'), true],
    ['listeners on another stream, of workers', THREADS, 'listener-leak', listenersOn('access'), false],
    ['ports of workers', THREADS, 'js-heap-leak', variable('MessagePort'), true],
    ['orders, of workers', THREADS, 'js-heap-leak', variable('Order'), false],
    ['clients, of sockets', SOCKETS, 'js-heap-leak', variable('PgClient'), true],
    ['orders, of sockets', SOCKETS, 'js-heap-leak', variable('Order'), false],
  ];
  for (const [name, cause, kind, objects, isFolded] of cases) {
    test(`${name}: ${isFolded ? 'folded' : 'a finding of its own'}, whatever the words are`, () => {
      const follower = draft(kind, {}, objects);
      for (const text of [null, 'Worker stdout Socket of Client', 'an Order']) {
        const one = text === null ? follower : reworded(follower, text);
        const kinds = foldFollowers([cause, one], { allocationGrowth: [] }).map((left) => left.kind);
        assert.deepEqual(kinds, isFolded ? [cause.kind] : [cause.kind, kind], String(text));
      }
    });
  }

  test('what the heap has of threads is never taken along by descriptors, and always by the threads that are counted', () => {
    const ports = draft('thread-leak', {}, variable('MessagePort'));
    const fds = draft('fd-leak', { perHour: 180, perHourUnit: 'descriptors', objectsPerRequest: 3 });
    const kindsOf = (drafts: FoundDraft[]): readonly FindingKind[] =>
      foldFollowers(drafts, { allocationGrowth: [] }).map(({ kind }) => kind);
    assert.deepEqual(kindsOf([ports, fds]), ['thread-leak', 'fd-leak']);
    assert.deepEqual(kindsOf([ports, fds, THREADS]), ['thread-leak']);
    // In snapshots of a busy host the ports are not as many as the threads.
    const fewer = draft('thread-leak', { objectsPerRequest: 0.7 }, variable('MessagePort'));
    assert.deepEqual(kindsOf([fewer, fds, THREADS]), ['thread-leak']);
  });

  test('objects without a line of the program say what it is that is counted', () => {
    const udp: HeldObjects = { class: 'UDP', holder: { container: 'handles', class: 'UDP' }, path: [] };
    const follower = draft('js-heap-leak', {}, udp);
    const named = { ...follower, subject: { ...follower.subject, class: 'UDP' } };
    const [first, ...others] = foldFollowers([SOCKETS, named], { allocationGrowth: [] });
    assert.deepEqual([first?.kind, first?.subject.class, others.length], ['socket-leak', 'UDP', 0]);
  });
});
