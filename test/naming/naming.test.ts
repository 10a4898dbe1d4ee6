import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOLDERS } from './holders.ts';
import { judgeLeak, judgeTwin, sayFirst } from './judge.ts';
import { SERVERS, STYLES, writeProgram } from './programs.ts';
import { growthOfProgram, REQUESTS } from './run-program.ts';

/** A cut of `npm run accuracy:names`: each style, each server, and the holders of which names were once wrong. */
const CUT = [
  'Map',
  'array',
  'linked list',
  'chain of closures',
  'listener of an emitter',
  'Buffer slices in a Map',
  'static field',
  'cache in the scope of a bound function',
];

for (const [index, name] of CUT.entries()) {
  const holder = HOLDERS.find((one) => one.name === name)!;
  const style = STYLES[index % STYLES.length]!;
  const server = SERVERS[index % SERVERS.length]!;
  const requests = holder.requests ?? REQUESTS;
  test(`named by its holder: ${name}, ${style}, ${server}`, async () => {
    const growth = await growthOfProgram(writeProgram(holder, style, server, false), process.execPath, requests);
    assert.deepEqual(judgeLeak(growth, holder, requests), [], sayFirst(growth));
  });
  if (index % 3 === 0)
    test(`not accused: the healthy twin of ${name}, ${style}, ${server}`, async () => {
      const growth = await growthOfProgram(writeProgram(holder, style, server, true), process.execPath, requests);
      assert.deepEqual(judgeTwin(growth, requests), [], sayFirst(growth));
    });
}
