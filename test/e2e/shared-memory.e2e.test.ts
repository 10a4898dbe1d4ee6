import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { readMemoryRooms } from '../../src/capture/memory-room.ts';
import { poll } from '../../src/target/poll.ts';
import { listChildren, readStat } from '../../src/target/proc.ts';
import { freePort } from '../helpers/free-port.ts';
import { makeMemoryGroup } from '../helpers/memory-group.ts';
import { runCli } from '../helpers/run-cli.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const MIB = 1024 * 1024;
const SERVICE = 'test/targets/troubled-service.mjs';
const SCENARIO = 'test/targets/scenarios/http-service.yaml';
const READY_MS = 60_000;
const GONE_MS = 10_000;

/** Far from what is free, then in small steps. */
const FIRST_MARGIN_BYTES = 64 * MIB;
const STEP_MEGABYTES = 1;

async function startInGroup(t: TestContext, limitBytes: number) {
  const group = makeMemoryGroup(limitBytes);
  if (!group) {
    t.skip('no control group can be made here: that needs root and a memory controller');
    return null;
  }
  const spawned = [spawnService(SERVICE, group.start), spawnService(SERVICE, group.start)] as const;
  t.after(async () => {
    for (const one of await Promise.allSettled(spawned))
      if (one.status === 'fulfilled') await one.value.stop('SIGKILL').catch(() => {});
    await group.remove();
  });
  const [service, neighbour] = await Promise.all(spawned);
  return { group, service, neighbour };
}

/**
 * The neighbour takes memory until the tool is gone. Linux may kill a second process while the memory of the first is not given back
 * yet (seen 8 to 66 ms later): that must not be the service that is watched, so it is not the one that takes.
 */
async function takeUntilGone(tool: number, { pid, baseUrl }: RunningService): Promise<void> {
  const take = async (megabytes: number): Promise<void> => {
    await (await fetch(`${baseUrl}/take?megabytes=${megabytes}`)).text();
  };
  try {
    await take(Math.max(0, Math.floor((freeBytes(pid) - FIRST_MARGIN_BYTES) / MIB)));
    while (isThere(tool)) await take(STEP_MEGABYTES);
  } catch {
    // Killed itself, by then or instead: a tool that lives is ended, and its exit code tells.
    if ((await poll(() => (isThere(tool) ? null : true), GONE_MS)) === null) process.kill(tool, 'SIGINT');
  }
}

function isThere(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== null && stat.state !== 'Z';
}

function scoreOf(pid: number | string): string {
  return readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim();
}

test('where tool and service run out of the same memory, the kernel kills the tool', async (t) => {
  const started = await startInGroup(t, 400 * MIB);
  if (!started) return;
  const { group, service, neighbour } = started;
  let taken: Promise<void> | null = null;
  const { code, stderr } = await runCli(['top', '--pid', String(service.pid)], {
    start: group.start,
    onStart: (tool, told, shown) => {
      taken = poll(() => (/rss/.test(told() + shown()) ? true : null), READY_MS).then(() =>
        takeUntilGone(tool, neighbour),
      );
    },
  });
  assert.equal(code, null, `the tool was not killed: ${stderr}`);
  await taken;
  assert.ok(group.oomKills() > 0);
  assert.equal(service.child.exitCode ?? service.child.signalCode, null, 'the service was killed');
  assert.equal(await (await fetch(`${service.baseUrl}/`)).text(), 'ok');
});

test('the tool and its load are the first to be killed, and a service that it starts is as any other', async (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux has such scores');
  const folder = temporaryFolder(t);
  const port = await freePort();
  const files = ['--out', join(folder, 'run'), '--report-dir', join(folder, 'report')];
  const load = ['--scenario', SCENARIO, '--url', `http://127.0.0.1:${port}`, '--rate', '5'];
  const command = ['--', process.execPath, 'test/targets/http-service.mjs', '--port', String(port)];
  const seen = new Map<string, string>();
  await runCli(['soak', '--seconds', '20', '--snapshots', '0', ...load, ...files, ...command], {
    onStart: (tool, told) =>
      void poll(() => (/steady begins/.test(told()) ? true : null), READY_MS).then(() => {
        seen.set('tool', scoreOf(tool));
        for (const child of listChildren(tool)) {
          const words = readFileSync(`/proc/${child}/cmdline`, 'utf8');
          seen.set(words.includes('load-process') ? 'load' : 'service', scoreOf(child));
        }
        process.kill(tool, 'SIGINT');
      }),
  });
  assert.deepEqual(Object.fromEntries(seen), { tool: '1000', load: '1000', service: scoreOf('self') });
});

function freeBytes(pid: number): number {
  return readMemoryRooms(pid)[0]?.freeBytes ?? 0;
}
