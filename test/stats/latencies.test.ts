import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { Latencies } from '../../src/stats/latencies.ts';

const PERCENTILES = [0, 1, 10, 25, 50, 75, 90, 95, 99, 99.9, 100];

/** Microseconds, with the digits of ours and others. */
const HISTOGRAM = fc.record({
  digits: fc.constantFrom(1, 2, 3),
  values: fc.array(
    fc.tuple(
      fc.oneof(fc.nat(3000), fc.nat(599_999_999)),
      fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 1e6 })),
    ),
    { minLength: 1, maxLength: 60 },
  ),
});

test('counts, percentiles, mean and maximum are those of the HDR library, however many are merged', () => {
  fc.assert(
    fc.property(fc.array(HISTOGRAM, { minLength: 1, maxLength: 4 }), (specs) => {
      const [first] = specs;
      assert.ok(first);
      const encoded = specs.map(({ digits, values }) => {
        // The library moves values where histograms of different resolutions are merged; ours keeps them.
        const resolution = specs.length > 1 ? first.digits : digits;
        const histogram = build({
          highestTrackableValue: 600_000_000,
          numberOfSignificantValueDigits: resolution as 1 | 2 | 3,
        });
        for (const [value, count] of values) histogram.recordValueWithCount(value, count);
        return encodeIntoCompressedBase64(histogram);
      });
      const latencies = new Latencies();
      for (const one of encoded) latencies.add(one);
      const [library, ...others] = encoded.map((one) => decodeFromCompressedBase64(one));
      assert.ok(library);
      for (const other of others) library.add(other);
      assert.equal(latencies.count, library.totalCount);
      for (const percentile of PERCENTILES) {
        assert.equal(
          latencies.atPercentile(percentile),
          library.getValueAtPercentile(percentile) / 1000,
          `p${percentile}`,
        );
      }
      assert.equal(latencies.maxMs, library.maxValue / 1000);
      assert.ok(Math.abs(latencies.meanMs * 1000 - library.mean) <= 1e-9 * library.mean + 1e-9);
    }),
    { numRuns: 60 },
  );
});

test('what is damaged is refused, whatever is changed or cut', () => {
  const histogram = build({ highestTrackableValue: 600_000_000, numberOfSignificantValueDigits: 3 });
  for (let value = 1; value < 1e6; value *= 3) histogram.recordValue(value);
  const bytes = Buffer.from(encodeIntoCompressedBase64(histogram), 'base64');
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, value, length) => {
      const damaged = Buffer.from(bytes.subarray(0, length));
      if (at < length) damaged[at] = value;
      try {
        new Latencies().add(damaged.toString('base64'));
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'histogram-damaged');
      }
    }),
    { numRuns: 300 },
  );
  assert.throws(() => new Latencies().add(Buffer.alloc(20).toString('base64')), { code: 'histogram-damaged' });
});
