import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const GOALS = Array.from({ length: 30 }, (_, n) => `R${n + 1}`);
const TESTS = readdirSync('test', { recursive: true }).map(String);
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

test('each of R1 to R30 has its row, in order, with a command that exists, a date and a state', () => {
  const page = readFileSync('docs/reliability-goals.md', 'utf8');
  const rows = [...page.matchAll(/^\| (R\d+) \|.*$/gm)].map(([line]) => line.split('|').map((cell) => cell.trim()));
  assert.deepEqual(
    rows.map(([, id]) => id),
    GOALS,
  );
  for (const [, id, , figure = '', command = '', date = '', state = ''] of rows) {
    assert.match(date, /^\d{4}-\d\d-\d\d$/, id);
    assert.match(state, /^(met|in part|not met|not tried)/, id);
    assert.ok(figure.length > 10, id);
    const commands = [...command.matchAll(/`npm (?:run )?([\w:-]+)(?: -- ([^`]*))?`/g)];
    assert.ok(commands.length > 0, `${id}: ${command}`);
    for (const [, script = '', words = ''] of commands) {
      assert.ok(scripts[script] !== undefined, `${id}: ${script}`);
      if (script !== 'test') continue;
      for (const word of words.split(' ')) {
        assert.ok(
          TESTS.some((file) => `test/${file}`.includes(word) && file.endsWith('.test.ts')),
          `${id}: ${word}`,
        );
      }
    }
  }
});

test('each promise of SECURITY.md names test files that exist', () => {
  const promises = readFileSync('SECURITY.md', 'utf8').match(/^\| [A-Z].*$/gm) ?? [];
  assert.ok(promises.length >= 9);
  for (const promise of promises) {
    const files = [...promise.matchAll(/`(test\/[\w./-]+)`/g)].map(([, file = '']) => file);
    assert.ok(files.length > 0, promise);
    for (const file of files) assert.ok(existsSync(file), file);
  }
});
