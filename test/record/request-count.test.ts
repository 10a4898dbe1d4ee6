import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answeredRequests } from '../../src/model/request-count.ts';
import type { Sample } from '../../src/model/sample.ts';

function sampleAt(monoMs: number, values: Sample['values']): Sample {
  return { wallMs: monoMs, monoMs, segment: 0, lateMs: 0, values };
}

test('requests of one run are of one counter, also where a busy target left a sample without its own', () => {
  const samples = [
    sampleAt(1000, { 'requests.served': 110, 'load.requests': 100 }),
    sampleAt(2000, { 'requests.served': 220, 'load.requests': 200 }),
    sampleAt(3000, { 'load.requests': 205 }),
    sampleAt(4000, { 'requests.served': 225, 'load.requests': 205 }),
  ];
  assert.equal(answeredRequests(samples, 3500), 220);
  assert.equal(answeredRequests(samples, 4500), 225);
  assert.equal(answeredRequests(samples, 500), null);
  const ofLoad = [sampleAt(1000, { 'load.requests': 100 }), sampleAt(2000, {})];
  assert.equal(answeredRequests(ofLoad, 2500), 100);
});
