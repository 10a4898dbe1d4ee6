import '../helpers/program-name.ts';

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Gate } from '../../src/model/report.ts';
import type { ReportDocument } from '../../src/model/report-document.ts';
import { MOST_LINES, renderPullRequestComment } from '../../src/report/render-pull-request-comment.ts';
import { hostileDocument } from '../helpers/hostile-document.ts';
import { healthyDocument, leakDocument, RECORDED_LEAK, scarceDocument } from '../helpers/report-document.ts';

const EVERYTHING = 'profiler report profiles/night --full';

/** Many of all. */
function crowded(findings: number, gates: number): ReportDocument {
  const whole = leakDocument();
  const gate = (i: number): Gate => ({
    name: `limit ${i}`,
    limit: '<1s',
    measured: i,
    unit: 'ms',
    status: i === gates - 1 ? 'fail' : 'pass',
  });
  return {
    ...whole,
    report: {
      ...whole.report,
      findings: Array.from({ length: findings }, (_, i) => ({ ...RECORDED_LEAK, rank: i + 1 })),
      gates: Array.from({ length: gates }, (_, i) => gate(i)),
      completeness: {
        missing: ['one', 'two', 'three', 'four', 'five'],
        notes: ['six'],
        gaps: [],
        snapshots: { planned: 5, taken: 5, refused: 0, failed: 0 },
      },
    },
  };
}

describe('report.md in short', () => {
  const documents: Readonly<Record<string, ReportDocument>> = {
    leak: leakDocument(),
    healthy: healthyDocument(),
    scarce: scarceDocument(),
    hostile: hostileDocument(),
    'many findings and gates': crowded(40, 40),
    'two findings': crowded(2, 2),
  };
  for (const [name, document] of Object.entries(documents)) {
    test(`${name}: at most ${MOST_LINES} lines, and the last says where the rest is`, () => {
      const lines = renderPullRequestComment(document, EVERYTHING).trimEnd().split('\n');
      assert.ok(lines.length <= MOST_LINES, `${lines.length} lines`);
      assert.match(lines.at(-1) ?? '', /`index\.html`.* `profiler report profiles\/night --full`/);
    });
  }

  test('the verdict stands before all else, and the gate that failed before those that passed', () => {
    const lines = renderPullRequestComment(crowded(40, 40)).split('\n');
    assert.match(lines[0] ?? '', /FAILED \(exit 1\)/);
    assert.match(lines[4] ?? '', /^\*\*LEAK CONFIRMED\*\*/);
    const first = lines.findIndex((line) => line.startsWith('| --- '));
    assert.match(lines[first + 1] ?? '', /limit 39 .*\*\*FAIL\*\*/);
    assert.ok(lines.includes('32 more gates in the report.'));
    assert.ok(lines.some((line) => /^- \d+ more in the report\.$/.test(line)));
  });

  test('a suspect says what, how fast, which line, what to change and how to check it before the fold', () => {
    const [open = ''] = renderPullRequestComment(leakDocument()).split('<details>');
    for (const question of ['What', 'How fast', 'Which line', 'What to change', 'Check a fix'])
      assert.ok(open.includes(`- **${question}**: `), question);
  });
});
