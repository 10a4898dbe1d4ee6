import { gatlingBinary, gatlingText } from './gatling.ts';
import { jmeterCsv, jmeterXml } from './jmeter.ts';
import { k6Csv, k6Json } from './k6.ts';
import type { ResultFormat, ResultHead } from './load-result.ts';
import { locustHistory, locustStats } from './locust.ts';
import { vegetaCsv, vegetaJson } from './vegeta.ts';

/** Formats that are read piece by piece. Reports that are one JSON document come after them: see `documentFormat`. */
export const STREAMED_FORMATS: readonly ResultFormat[] = [
  k6Json,
  k6Csv,
  locustHistory,
  locustStats,
  jmeterCsv,
  jmeterXml,
  gatlingBinary,
  gatlingText,
  vegetaJson,
  vegetaCsv,
];

/** What can be recognised a file by. */
export function resultHead(bytes: Uint8Array): ResultHead {
  const text = new TextDecoder('utf-8').decode(bytes).replace(/^\ufeff/, '');
  return { bytes, text, firstLine: /^\s*([^\r\n]*)/.exec(text)?.[1] ?? '' };
}

/** What a file looks like that is a file of a load tool, but not one that can be imported: what to do instead; else null. */
export function knownButUnreadable({ bytes, firstLine }: ResultHead): string | null {
  if (/^Method,Name,Error,Occurrences/.test(firstLine) || /^Count,Message,Traceback,Nodes/.test(firstLine)) {
    return 'This is the list of failures of Locust: import its _stats_history.csv or _stats.csv.';
  }
  if (/^Type,Name,/.test(firstLine)) return 'This looks like a table of Locust of a version that is not known.';
  if (bytes[0] !== 0x7b && bytes.length > 40 && String.fromCharCode(...bytes.subarray(0, 200)).includes('Result')) {
    return 'This may be the binary form of vegeta: vegeta encode FILE > FILE.json, and import that.';
  }
  if (/^Running \d+s test @/.test(firstLine))
    return 'The text of wrk or autocannon has too little in it: run autocannon -j.';
  return null;
}
