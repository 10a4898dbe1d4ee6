import assert from 'node:assert/strict';
import { test } from 'node:test';
import { profilesItself } from '../../src/capture/own-cpu-profiler.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { startInspected } from './inspected-child.ts';

const SESSION = `
const inspector = require('node:inspector');
const session = new inspector.Session();
session.connect();
const post = (method, params) => new Promise((resolve, reject) => session.post(method, params, (error, result) => error ? reject(error) : resolve(result)));
`;
const READY = "setInterval(() => {}, 1000); console.log('ready');";
/** What the service does, and whether a profile of ours would be in its way. */
const PROGRAMS: readonly [name: string, program: string, expected: boolean, asksToCollect: boolean][] = [
  ['nothing', READY, false, false],
  ['a session without a profiler', `${SESSION} post('Runtime.enable').then(() => { ${READY} });`, false, false],
  [
    'an enabled profiler between two profiles',
    `${SESSION} post('Profiler.enable').then(() => { ${READY} });`,
    true,
    false,
  ],
  [
    'a profile that runs',
    `${SESSION} post('Profiler.enable').then(() => post('Profiler.start')).then(() => { ${READY} });`,
    true,
    true,
  ],
];

for (const { major, binary, skip } of nodeVersions()) {
  test(`Node ${major}: whether somebody else profiles the CPU over the inspector`, { skip }, async (t) => {
    for (const [name, program, expected, asksToCollect] of PROGRAMS) {
      const { session } = await startInspected(t, program, { node: binary });
      let asked = false;
      const found = await profilesItself(session, async () => {
        asked = true;
        return true;
      });
      assert.equal(found, expected, name);
      assert.equal(asked, asksToCollect, name);
    }
  });
}

test('a profile that no session of the main thread takes is none of those', async (t) => {
  const inWorker = `${SESSION} setInterval(() => {}, 1000); post('Profiler.enable').then(() => post('Profiler.start')).then(() => require('node:worker_threads').parentPort.postMessage(1));`;
  const program = `new (require('node:worker_threads').Worker)(${JSON.stringify(inWorker)}, { eval: true }).on('message', () => { ${READY} });`;
  const { session } = await startInspected(t, program);
  assert.equal(await profilesItself(session, async () => true), false);
  assert.equal(await profilesItself(session, async () => false), true, 'in doubt it is');
});

test('the session of --cpu-prof is one of those: it would write each profile of ours into the log of the service', async (t) => {
  const { session } = await startInspected(t, READY, { flags: ['--cpu-prof', `--cpu-prof-dir=${temporaryFolder(t)}`] });
  assert.equal(await profilesItself(session, async () => true), true);
});
