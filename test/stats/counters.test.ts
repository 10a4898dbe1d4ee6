import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { gainedBetween, gainPerMs, perSecond, type Reading, risesOf, totalGain } from '../../src/stats/counters.ts';

const NAME = 'process.ctxt.involuntary';

/** One tick: how long after the one before, what was counted meanwhile, whether it was read. */
interface Tick {
  readonly afterMs: number;
  readonly counted: number;
  readonly isRead: boolean;
}

/** One life of the process: what its counter stood at when we came, and its ticks. */
interface Life {
  readonly startsAt: number;
  readonly ticks: readonly Tick[];
}

const tick: fc.Arbitrary<Tick> = fc.record({
  afterMs: fc.integer({ min: 1, max: 5_000 }),
  counted: fc.integer({ min: 0, max: 1_000 }),
  isRead: fc.boolean(),
});
const life: fc.Arbitrary<Life> = fc.record({
  startsAt: fc.integer({ min: 0, max: 1_000_000 }),
  ticks: fc.array(tick, { maxLength: 12 }),
});
const lives = fc.array(life, { maxLength: 5 });

function readingsOf(all: readonly Life[]): Reading[] {
  let monoMs = 0;
  return all.flatMap(({ startsAt, ticks }, segment) => {
    let value = startsAt;
    return ticks.map(({ afterMs, counted, isRead }) => {
      monoMs += afterMs;
      value += counted;
      return { monoMs, segment, values: isRead ? { [NAME]: value } : {} };
    });
  });
}

/** Of each life, what was counted and how long it took from its first reading to its last. */
function truthOf(all: readonly Life[]): { readonly gained: number; readonly lastedMs: number } {
  const known = all.flatMap(({ ticks }) => {
    const first = ticks.findIndex(({ isRead }) => isRead);
    const last = ticks.findLastIndex(({ isRead }) => isRead);
    return first < 0 ? [] : ticks.slice(first + 1, last + 1);
  });
  return {
    gained: known.reduce((sum, { counted }) => sum + counted, 0),
    lastedMs: known.reduce((sum, { afterMs }) => sum + afterMs, 0),
  };
}

describe('rates of a counter', () => {
  test('over restarts and gaps, all that was counted between readings of one life is there, and nothing else', () => {
    fc.assert(
      fc.property(lives, (all) => {
        const readings = readingsOf(all);
        const { gained, lastedMs } = truthOf(all);
        assert.equal(totalGain(readings, NAME), lastedMs === 0 ? null : gained);
        assert.equal(gainPerMs(readings, NAME), lastedMs === 0 ? null : gained / lastedMs);
        const rises = risesOf(readings, NAME);
        assert.equal(
          rises.reduce((sum, rise) => sum + rise.lastedMs, 0),
          lastedMs,
        );
        for (const rise of rises) assert.ok(perSecond(rise) >= 0 && Number.isFinite(perSecond(rise)));
      }),
    );
  });

  test('what a counter stood at when a life began makes no difference', () => {
    fc.assert(
      fc.property(lives, fc.array(fc.nat(1_000_000), { minLength: 5, maxLength: 5 }), (all, starts) => {
        const moved = all.map((one, i) => ({ ...one, startsAt: starts[i] ?? 0 }));
        assert.deepEqual(risesOf(readingsOf(all), NAME), risesOf(readingsOf(moved), NAME));
      }),
    );
  });

  test('a counter that is put there again within one life loses the time around it and makes no rate', () => {
    fc.assert(
      fc.property(life, fc.array(tick, { minLength: 1, maxLength: 12 }), (before, after) => {
        const all = readingsOf([
          { ...before, startsAt: 1_000_000 },
          { startsAt: 0, ticks: after },
        ]);
        const inOneLife = all.map((reading) => ({ ...reading, segment: 0 }));
        assert.deepEqual(risesOf(inOneLife, NAME), risesOf(all, NAME));
      }),
    );
  });

  test('of two counters together, the gains are those of their sum where both were read', () => {
    fc.assert(
      fc.property(lives, (all) => {
        const both = readingsOf(all).map((one) => {
          const value = one.values[NAME];
          return { ...one, values: value === undefined ? {} : { [NAME]: value, 'gc.major.time': 2 * value } };
        });
        const alone = totalGain(both, NAME);
        assert.equal(totalGain(both, NAME, 'gc.major.time'), alone === null ? null : 3 * alone);
      }),
    );
  });

  test('nothing is known without a reading before', () => {
    assert.equal(gainedBetween(null, { monoMs: 1, segment: 0, values: { [NAME]: 5 } }, NAME), null);
    assert.equal(totalGain([], NAME), null);
  });
});
