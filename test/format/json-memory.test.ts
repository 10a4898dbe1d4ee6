import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonBomb } from '../../src/format/json-memory.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const COUNT = 4e6;

const BOMBS: Readonly<Record<string, () => string>> = {
  'empty objects': () => `[${'{},'.repeat(COUNT)}{}]`,
  'empty lists': () => `[${'[],'.repeat(1.5 * COUNT)}[]]`,
  'keys that are all different': () => `{${Array.from({ length: COUNT }, (_, i) => `"k${i}":1`).join(',')}}`,
};
/** As V8, k6 and Artillery write it. */
const HARMLESS: Readonly<Record<string, () => string>> = {
  'nodes of a profile': () => {
    const frame =
      '{"functionName":"work","scriptId":"71","url":"file:///srv/app/dist/lib/work.js","lineNumber":3,"columnNumber":9}';
    return `[${`{"id":1234,"callFrame":${frame},"hitCount":3,"children":[1235,1236]},`.repeat(350_000)}1]`;
  },
  'samples of a profile': () => `{"samples":[${'217,218,'.repeat(5e6)}1]}`,
  'counters of a report': () => `[${'{"http.codes.200":12,"http.responses":12,"http.requests":12},'.repeat(600_000)}1]`,
  'one long text': () => `["${'x\\"'.repeat(2e7)}"]`,
};

for (const [what, text] of Object.entries(BOMBS)) {
  test(`${what} are counted before they are made`, () => {
    assert.match(String(jsonBomb(bytes(text()))), /would take/);
  });
}

for (const [what, text] of Object.entries(HARMLESS)) {
  test(`${what} may be parsed`, () => {
    assert.equal(jsonBomb(bytes(text())), null);
  });
}
