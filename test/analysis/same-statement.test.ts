import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoundDraft } from '../../src/analysis/check.ts';
import { foldFollowers } from '../../src/analysis/fold-followers.ts';
import { joinSameStatement } from '../../src/analysis/same-statement.ts';
import type { Confidence, Growth } from '../../src/model/finding.ts';
import type { FindingKind } from '../../src/model/finding-catalogue.ts';
import type { Holder } from '../../src/model/holder.ts';

const GROWTH: Growth = {
  bytesPerHour: 1e6,
  bytesPerHourCI: null,
  bytesPerRequest: 500,
  objectsPerRequest: 0.68,
  shareOfGrowth: 0.5,
  timeToLimitMs: null,
  timeToLimitCI: [null, null],
};

interface Plan {
  readonly title: string;
  readonly kind: FindingKind;
  readonly confidence?: Confidence;
  readonly line?: number;
  readonly perRequest?: number;
  readonly holder?: Holder;
}

function draft({ title, kind, confidence = 'likely', line = 11, perRequest = 0.68, holder }: Plan): FoundDraft {
  const at = { file: 'server.js', line, column: 12, function: 'tail', package: null };
  const added = [{ ...at, excerpt: 'feed.pipe(lines)' }];
  return {
    id: title,
    kind,
    confidence,
    severity: 'major',
    title,
    subject: { class: 'X', holder: 'y', path: [], source: null, package: null, added, removed: [] },
    ...(holder ? { objects: { class: 'X', holder, path: [] } } : {}),
    growth: { ...GROWTH, objectsPerRequest: perRequest },
    evidence: [{ what: 'It grows.', file: 'heap/1.heapsnapshot' }],
    against: [],
    recommendation: '',
    foundBy: 'JS heap',
  };
}

const on = (event: string, name = 'feed'): Holder => ({
  container: 'listeners',
  event,
  api: 'event-emitter',
  on: { class: 'PassThrough', knownBy: { how: 'variable', name }, owner: null },
});
const titles = (drafts: readonly FoundDraft[]): string[] => joinSameStatement(drafts).map(({ title }) => title);

test('listeners of several events that one statement adds to one emitter are one finding', () => {
  const end = draft({ title: 'end', kind: 'listener-leak', confidence: 'possible', holder: on('end') });
  const data = draft({ title: 'data', kind: 'listener-leak', holder: on('data') });
  const [only, ...others] = joinSameStatement([end, data]);
  assert.deepEqual([only?.title, others.length], ['data', 0], 'the surer stands for both');
  assert.match(only?.evidence.at(-1)?.what ?? '', /^The same statement adds these too: end$/);
  const more: readonly (readonly [string, Partial<Plan>])[] = [
    ['another line', { line: 12 }],
    ['another emitter', { holder: on('end', 'other') }],
    ['another number', { perRequest: 0.2 }],
  ];
  for (const [name, change] of more) {
    const other = draft({ title: 'end', kind: 'listener-leak', holder: on('end'), ...change });
    assert.deepEqual(titles([data, other]), ['data', 'end'], name);
  }
});

test('pipes that the heap has of children beside the sockets that are counted are one finding', () => {
  const sockets = draft({ title: 'sockets', kind: 'socket-leak', confidence: 'confirmed', perRequest: 0.21 });
  const pipes = draft({ title: 'pipes', kind: 'socket-leak', confidence: 'possible', perRequest: 0.15 });
  assert.deepEqual(titles([sockets, pipes]), ['sockets']);
  assert.deepEqual(titles([pipes, sockets]), ['sockets']);
  // Two that are sure, in numbers of their own, are two.
  assert.deepEqual(titles([sockets, { ...pipes, confidence: 'likely' }]), ['sockets', 'pipes']);
  assert.deepEqual(titles([sockets, draft({ title: 'map', kind: 'js-heap-leak', perRequest: 0.21 })]).length, 2);
});

test('what is counted and owned by objects of the heap meets the nearer of both limits', () => {
  const counted = draft({ title: 'sockets', kind: 'socket-leak', confidence: 'confirmed' });
  const source = { file: 'pool.js', line: 3, column: 1, function: 'open' };
  const owner: FoundDraft = {
    ...draft({ title: 'clients', kind: 'js-heap-leak' }),
    objects: { class: 'PgClient', holder: on('data'), path: [] },
  };
  const limits = (ofCounted: number | null, ofOwner: number) => {
    const cause = { ...counted, growth: { ...GROWTH, perHour: 60, perHourUnit: 'sockets', timeToLimitMs: ofCounted } };
    const limit = { name: "V8's heap limit", bytes: 4e9 };
    const held = {
      ...owner,
      subject: { ...owner.subject, source },
      growth: { ...GROWTH, timeToLimitMs: ofOwner, limit },
    };
    const [folded] = foldFollowers([cause, held], { allocationGrowth: [] });
    return [folded?.growth?.timeToLimitMs, folded?.growth?.limit?.name];
  };
  assert.deepEqual(limits(1000, 5000), [1000, undefined]);
  assert.deepEqual(limits(9000, 5000), [5000, "V8's heap limit"]);
  assert.deepEqual(limits(null, 5000), [5000, "V8's heap limit"]);
});
