import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockOf, createSoakView } from '../../src/cli/soak-view.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { SoakStatus } from '../../src/soak/soak-status.ts';

const STATUS: SoakStatus = {
  phase: 'steady',
  elapsedMs: 3 * 3_600_000,
  remainingMs: 5 * 3_600_000,
  samplesTaken: 10_800,
  gaps: 1,
  load: { completed: 1_387_201, errors: 112, ratePerSecond: 128.4 },
  sample: {
    wallMs: 0,
    monoMs: 0,
    segment: 0,
    lateMs: 0,
    values: { 'process.rss': 301e6, 'process.cpu': 38, 'heap.used': 172e6, 'loop.delay.p99': 14 },
  },
};

/** A terminal that keeps what it was told. */
function keep(kind: { readonly isInteractive: boolean; readonly json: boolean }): {
  terminal: Terminal;
  lines: string[];
} {
  const lines: string[] = [];
  const push = (text: string): void => void lines.push(text);
  return {
    lines,
    terminal: {
      ...kind,
      print: push,
      show: push,
      data: (value) => push(JSON.stringify(value)),
      say: push,
      redraw: (block) => lines.push(...block),
      colour: false,
      columns: 80,
    },
  };
}

test('the live block says how far the run is, and what the service does', () => {
  const block = blockOf(STATUS, 200).join('\n');
  assert.match(block, /37 % {2}steady {2}3 h 00 m gone, 5 h 00 m to go/);
  assert.match(block, /1,387,201 requests, 128\/s, 112 errors/);
  assert.match(block, /rss 301 MB {2}heap 172 MB {2}no major collection yet/);
  assert.match(block, /cpu 38 % {2}loop p99 14.0 ms {2}fds \? {2}samples 10,800, 1 gaps/);
});

test('no line of the block is as wide as the terminal: it would wrap and spoil the redrawing', () => {
  for (const columns of [20, 40, 80]) {
    assert.ok(blockOf(STATUS, columns).every((line) => line.length < Math.max(21, columns)));
  }
});

test('without a terminal there is one line a minute', () => {
  const { terminal, lines } = keep({ isInteractive: false, json: false });
  const view = createSoakView(terminal);
  for (let second = 0; second <= 180; second += 1) view.status({ ...STATUS, elapsedMs: second * 1000 });
  assert.equal(lines.length, 3);
});

test('with --json each line is a JSON document', () => {
  const { terminal, lines } = keep({ isInteractive: false, json: true });
  const view = createSoakView(terminal);
  view.happened('steady begins');
  view.status({ ...STATUS, elapsedMs: 60_000 });
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { type: string }).type),
    ['happened', 'status'],
  );
});
