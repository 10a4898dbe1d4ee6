import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClassCountFacts, refuseClassCount } from '../../src/soak/class-count-budget.ts';

const FACTS: ClassCountFacts = {
  pauseMs: 500,
  sinceLastMs: null,
  plannedMs: 60_000,
  busyShare: 0.3,
  shedder: null,
};

test('classes are counted where two pauses fit into the run, and never twice in a row', () => {
  assert.equal(refuseClassCount(FACTS), null);
  assert.match(refuseClassCount({ ...FACTS, plannedMs: 20_000 }) ?? '', /too long for a run of 20 s$/);
  assert.equal(refuseClassCount({ ...FACTS, sinceLastMs: 30_000 }), null);
  assert.match(
    refuseClassCount({ ...FACTS, sinceLastMs: 2_000 }) ?? '',
    /about 500 ms, and the last count is 2 s ago$/,
  );
  assert.equal(refuseClassCount({ ...FACTS, pauseMs: 20, sinceLastMs: 2_000 }), null);
});

test('a busy service is not paused for it, nor one that sheds load by the delay of its event loop', () => {
  assert.match(refuseClassCount({ ...FACTS, busyShare: 0.85 }) ?? '', /busy for 85 % of the time$/);
  assert.equal(refuseClassCount({ ...FACTS, busyShare: null }), null);
  const shedder = 'overload-protection';
  assert.match(
    refuseClassCount({ ...FACTS, shedder }) ?? '',
    /overload-protection answers 503 while the event loop is late$/,
  );
  assert.equal(refuseClassCount({ ...FACTS, shedder, pauseMs: 30 }), null);
});
