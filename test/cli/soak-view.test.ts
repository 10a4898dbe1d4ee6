import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSoakView } from '../../src/cli/soak-view.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { SoakStatus } from '../../src/soak/soak-status.ts';

const STATUS: SoakStatus = {
  phase: 'steady',
  elapsedMs: 3 * 3_600_000,
  remainingMs: 5 * 3_600_000,
  samplesTaken: 10_800,
  gaps: 1,
  load: { completed: 1_387_201, errors: 112, ratePerSecond: 128.4, isPaused: false },
  plan: { warmUpMs: 1_200_000, steadyMs: 25_800_000, idleTailMs: 1_800_000 },
  snapshotsPlanned: 5,
  nextSnapshotInMs: 3_600_000,
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
      divert: () => () => {},
      colour: false,
      columns: 80,
    },
  };
}

test('without a terminal there is one line a minute', () => {
  const { terminal, lines } = keep({ isInteractive: false, json: false });
  const view = createSoakView(terminal);
  for (let second = 0; second <= 180; second += 1) view.status({ ...STATUS, elapsedMs: second * 1000 });
  assert.equal(lines.length, 3);
});

test('with --json each line is a typed JSON document, and each sample has a status', () => {
  const { terminal, lines } = keep({ isInteractive: false, json: true });
  const view = createSoakView(terminal);
  view.happened('steady begins');
  view.event?.({ wallMs: 1, monoMs: 1, type: 'phase', phase: 'steady', edge: 'start' });
  for (const elapsedMs of [1000, 2000]) view.status({ ...STATUS, elapsedMs });
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { type: string }).type),
    ['happened', 'event', 'status', 'status'],
  );
});
