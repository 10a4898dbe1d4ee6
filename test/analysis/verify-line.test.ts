import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunView } from '../../src/analysis/run-view.ts';
import { verifyLine } from '../../src/analysis/verify-line.ts';

/** A view of a run with what the line is made of. */
function viewOf(namedBy: readonly string[] | undefined, scenario: object | null = null): RunView {
  const target = { name: 'orders-api', ...(namedBy ? { namedBy } : {}) };
  const manifest = { id: 'r1', plan: { durationMs: 300_000 }, scenario, target };
  return { run: { manifest, folder: 'my runs/night' } } as unknown as RunView;
}

const SCENARIO = { name: 'soak', baseUrl: 'http://h:1', text: 'token: [redacted]' };

test('the line that checks a fix names the service as it was named for the run', () => {
  const lines = [['--port', '3000'], ['--inspect', '127.0.0.1:9229'], [], undefined].map((words) =>
    verifyLine(viewOf(words), 'abc123'),
  );
  assert.deepEqual(lines, [
    "profiler verify 'my runs/night' --finding abc123 --port 3000",
    "profiler verify 'my runs/night' --finding abc123 --inspect 127.0.0.1:9229",
    "profiler verify 'my runs/night' --finding abc123",
    "profiler verify 'my runs/night' --finding abc123 --name orders-api",
  ]);
});

test('a command that was started for the run is started again, behind all options', () => {
  const started = viewOf(['--', 'node', 'my server.js', '--fast'], SCENARIO);
  assert.equal(
    verifyLine(started, 'abc123'),
    "profiler verify 'my runs/night' --finding abc123 --scenario FILE -- node 'my server.js' --fast",
  );
  assert.equal(
    verifyLine(started),
    "profiler soak --duration 5m00s --scenario soak --url http://h:1 -- node 'my server.js' --fast",
  );
});
