import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../../src/model/run-event.ts';
import { timeline } from '../../src/study/document/timeline.ts';
import { dataFacts } from '../../src/words/report/facts.ts';
import { leakDocument } from '../helpers/report-document.ts';

const at = { wallMs: 1_000, monoMs: 1_000 };
const BACK: RunEvent = { ...at, type: 'target-back', segment: 1, pid: 8, afterMs: 900 };

function factsOf(lost: Omit<Extract<RunEvent, { type: 'target-lost' }>, keyof typeof at | 'type'>): string {
  const events: RunEvent[] = [{ ...at, type: 'target-lost', ...lost }, BACK];
  return dataFacts({ ...leakDocument(), timeline: timeline(events, 0, []) });
}

test('a restart is told with its cause where there is one; a plain end says nothing more, however it is worded', () => {
  assert.match(factsOf({ reason: 'process 7 was killed for lack of memory' }), /killed for lack of memory/);
  for (const reason of ['process 7 ended', 'process 7 is gone']) {
    const facts = factsOf({ reason, isPlainEnd: true });
    assert.match(facts, /1 restart of the service/);
    assert.doesNotMatch(facts, /process 7/);
  }
  assert.match(factsOf({ reason: 'the last batch of process 7 ended' }), /the last batch/);
});
