import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectorPortOf } from '../../src/target/inspector-port.ts';

test('the port that Node opens, by its options', () => {
  const cases: [string[], number][] = [
    [[], 9229],
    [['--max-old-space-size=200'], 9229],
    [['--inspect'], 9229],
    [['--inspect=0.0.0.0'], 9229],
    [['--inspect=0'], 0],
    [['--inspect-port=0'], 0],
    [['--inspect-brk=127.0.0.1:9300'], 9300],
    [['--inspect=[::1]:9301'], 9301],
    [['--inspect=9302', '--inspect-port=9303'], 9303],
  ];
  for (const [nodeFlags, port] of cases) assert.equal(inspectorPortOf({ nodeFlags }), port, nodeFlags.join(' '));
});
