import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';

const FILES = readdirSync('scenarios').filter((name) => name.endsWith('.yaml'));

test('there are scenarios', () => {
  for (const name of ['evidence-archive', 'normal', 'peak', 'throughput', 'stress', 'soak']) {
    assert.ok(FILES.includes(`${name}.yaml`), name);
  }
});

for (const name of FILES) {
  test(`scenarios/${name} is read`, () => {
    const scenario = parseScenario(readFileSync(`scenarios/${name}`, 'utf8'), { fileName: name });
    assert.ok(scenario.tasks.length > 0);
  });
}
