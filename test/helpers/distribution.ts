import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';

/** So many latencies of that length, as an interval of requests.ndjson holds them. */
export function distribution(count: number, latencyMs: number): string {
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 600e6,
    numberOfSignificantValueDigits: 3,
  });
  for (let i = 0; i < count; i += 1) histogram.recordValue(Math.max(1, Math.round(1000 * latencyMs)));
  return encodeIntoCompressedBase64(histogram);
}
