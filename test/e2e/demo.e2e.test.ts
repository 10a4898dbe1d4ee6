import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isLeakKind } from '../../src/model/finding-catalogue.ts';
import { soakInFolder } from './soak-in-folder.ts';

test('the demo finds its planted leak, names the class and the line, and says how sure it is', async (t) => {
  const { code, stdout, stderr, report, reportDir, runDir } = await soakInFolder(t, ['demo']);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /pending-audits\.ts:\d+/);
  const { findings, verdict, exitCode } = report();
  assert.equal(verdict, 'fail');
  assert.equal(exitCode, 1, 'the report of a leak says so, though the demo itself succeeded');
  const leak = findings.find((finding) => isLeakKind(finding.kind) && finding.confidence !== 'possible');
  assert.ok(leak, JSON.stringify(findings, null, 2));
  assert.equal(leak.rank, 1);
  assert.match(`${leak.subject.class} ${leak.subject.holder}`, /AuditRecord|pending/);
  assert.equal(leak.subject.source?.file, 'src/demo/audit/pending-audits.ts');
  assert.ok((leak.subject.source?.line ?? 0) > 1);
  assert.match(leak.subject.added?.[0]?.excerpt ?? '', /^this\.pending\.set\(/);
  assert.match(leak.subject.removed?.[0]?.excerpt ?? '', /^this\.pending\.delete\(/);
  assert.ok(Math.abs((leak.growth?.objectsPerRequest ?? 0) - 0.5) < 0.2, 'three of six requests leave a record');
  for (const name of ['index.html', 'report.md', 'report.json', 'junit.xml', 'profiler.sarif']) {
    assert.ok(existsSync(join(reportDir, name)), name);
    assert.equal(statSync(join(reportDir, name)).mode & 0o777, 0o600, name);
  }
  assert.equal(statSync(runDir).mode & 0o777, 0o700);
});

test('its healthy twin is not accused', async (t) => {
  const { code, stderr, report } = await soakInFolder(t, ['demo', '--fault', 'cache-bounded']);
  assert.equal(code, 0, stderr);
  const accused = report().findings.filter((finding) => isLeakKind(finding.kind) && finding.confidence !== 'possible');
  assert.deepEqual(accused, []);
});
