import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { generatorLimits, isGeneratorSpent } from '../../src/load/build-load-report.ts';
import type { LoadTotals } from '../../src/load/load-messages.ts';

const CHILD = fileURLToPath(new URL('./few-ports-child.js', import.meta.url));
/** A network of its own, in which ten connections can be made. */
const FEW_PORTS = [
  ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
  ...['--net', 'sh', '-c'],
  'ip link set lo up && echo "40000 40009" > /proc/sys/net/ipv4/ip_local_port_range && exec "$@"',
  'sh',
];

test('no local port is left: a limit of the generator, and no error of the service', { timeout: 60_000 }, (t) => {
  if (spawnSync('unshare', [...FEW_PORTS, 'true']).status !== 0) {
    t.skip('no network of its own can be made here');
    return;
  }
  const { stdout, stderr } = spawnSync('unshare', [...FEW_PORTS, process.execPath, CHILD], { encoding: 'utf8' });
  assert.notEqual(stdout, '', stderr);
  const { kinds, totals } = JSON.parse(stdout) as { kinds: Record<string, number>; totals: LoadTotals };
  assert.ok((kinds['generator EADDRNOTAVAIL'] ?? 0) > 0, stdout);
  assert.equal(isGeneratorSpent(totals), true);
  assert.match(generatorLimits(totals).join(), /\d+ requests failed for lack of local ports or descriptors/);
});
