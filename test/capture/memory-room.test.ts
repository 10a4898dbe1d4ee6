import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCpuQuota, readMemoryLevels } from '../../src/capture/cgroup.ts';
import { readMemoryRooms, readRoomInside } from '../../src/capture/memory-room.ts';
import { refusePause, settlePauseBudget } from '../../src/capture/pause-budget.ts';
import { readMainThread, readSlowdown } from '../../src/capture/slowdown.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { startInspected } from './inspected-child.ts';

function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), `${text}\n`);
}

test('version 2: every level that has a limit, page cache on the disk counted as free', (t) => {
  const mountPoint = temporaryFolder(t);
  const slice = join(mountPoint, 'kubepods.slice');
  const path = join(slice, 'container');
  writeFiles(mountPoint, {});
  writeFiles(slice, {
    'memory.max': '4000',
    'memory.high': '3000',
    'memory.current': '1500',
    'memory.stat': 'anon 1500',
  });
  writeFiles(path, {
    'memory.max': '1000',
    'memory.high': 'max',
    'memory.current': '900',
    'memory.stat':
      'anon 300\ninactive_file 200\nactive_file 250\nfile_mapped 50\nfile_dirty 20\nfile_writeback 30\nslab_reclaimable 40',
  });
  assert.deepEqual(readMemoryLevels({ version: 2, path, mountPoint }), [
    { path, limitBytes: 1000, usedBytes: 900 - (200 + 250 - 100) - 40 },
    { path: slice, limitBytes: 3000, usedBytes: 1500 },
  ]);
});

test('version 1: the same, by the sums over the groups below; a limit near 2^63 is none', (t) => {
  const mountPoint = temporaryFolder(t);
  const path = join(mountPoint, 'docker', 'abc');
  const none = '9223372036854771712';
  writeFiles(mountPoint, { 'memory.limit_in_bytes': none, 'memory.usage_in_bytes': '99', 'memory.stat': '' });
  writeFiles(join(mountPoint, 'docker'), {
    'memory.limit_in_bytes': '5000',
    'memory.usage_in_bytes': '4800',
    'memory.stat':
      'inactive_file 1\ntotal_inactive_file 600\ntotal_active_file 200\ntotal_mapped_file 0\ntotal_dirty 100',
  });
  writeFiles(path, { 'memory.limit_in_bytes': none, 'memory.usage_in_bytes': '700', 'memory.stat': '' });
  assert.deepEqual(readMemoryLevels({ version: 1, path, mountPoint }), [
    { path: join(mountPoint, 'docker'), limitBytes: 5000, usedBytes: 4100 },
  ]);
});

test('a quota of CPU, of the group or of one above, makes the pause longer', (t) => {
  const mountPoint = temporaryFolder(t);
  const path = join(mountPoint, 'pod', 'container');
  writeFiles(path, { 'cpu.max': 'max 100000' });
  writeFiles(join(mountPoint, 'pod'), { 'cpu.max': '50000 100000' });
  assert.equal(readCpuQuota({ version: 2, path, mountPoint }), 0.5);
  writeFiles(path, { 'cpu.cfs_quota_us': '-1', 'cpu.cfs_period_us': '100000' });
  assert.equal(readCpuQuota({ version: 1, path, mountPoint }), null);
});

test('a thread that waited half of a burst will wait half of the pause', () => {
  const quiet = readSlowdown(process.pid);
  assert.ok(quiet >= 1);
  assert.ok(readSlowdown(process.pid, { runMs: 100, waitMs: 10_000 }) >= 50, 'as it went just now');
  assert.equal(readSlowdown(process.pid, { runMs: 1, waitMs: 1e9 }), readSlowdown(process.pid), 'too short to tell');
  assert.equal(readSlowdown(null), 1, 'of another host nothing is known');
  assert.ok((readMainThread(process.pid)?.runMs ?? 0) > 0);
});

test('memory is limited by the host at least; a process elsewhere is asked for what it knows itself', async (t) => {
  const rooms = readMemoryRooms(process.pid);
  assert.equal(rooms.at(-1)?.of, 'host');
  assert.ok(rooms.every(({ freeBytes }) => freeBytes > 0));
  const { session } = await startInspected(t, "setInterval(() => {}, 1000); console.log('ready')");
  const inside = await readRoomInside(session);
  assert.ok(inside.length <= 1 && inside.every(({ freeBytes }) => freeBytes > 0));
});

test('limits of the process itself are rooms too', async (t) => {
  const KILOBYTES = 50_000_000;
  const limited = spawn('sh', ['-c', `ulimit -d ${KILOBYTES}; ulimit -v ${2 * KILOBYTES}; echo ready; exec sleep 60`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => limited.kill('SIGKILL'));
  await once(limited.stdout, 'data');
  const rooms = readMemoryRooms(limited.pid!);
  const [data, space] = rooms;
  assert.equal(data?.of, 'data segment of the process');
  assert.equal(data.limitBytes, KILOBYTES * 1024);
  assert.ok(data.freeBytes > 0 && data.freeBytes < KILOBYTES * 1024);
  assert.equal(space?.of, 'address space of the process');
  assert.equal(space.limitBytes, 2 * KILOBYTES * 1024);
});

test('what pm2 restarts a service at is a limit too, in both of its modes, and not for what the service starts', async (t) => {
  const LIMIT = 400_000_000;
  const start = async (words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> => {
    const program = `const { spawn } = require('node:child_process');
const child = spawn('sleep', ['60'], { stdio: 'ignore', env: { ...process.env, ...${JSON.stringify(env)} } });
process.on('SIGTERM', () => { child.kill('SIGKILL'); process.exit(); });
child.on('spawn', () => console.log(child.pid));
setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['-e', program, ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
    t.after(() => parent.kill());
    const [pid] = await once(parent.stdout, 'data');
    return Number(String(pid));
  };
  const options = { max_memory_restart: LIMIT, pm_id: 0 };
  const roomsOf = (pid: number) => readMemoryRooms(pid).filter(({ of }) => of === 'max_memory_restart of pm2');
  for (const env of [{ max_memory_restart: String(LIMIT) }, { pm2_env: JSON.stringify(options) }]) {
    const [room] = roomsOf(await start(['/usr/lib/node_modules/pm2/bin/pm2-runtime'], env));
    assert.equal(room?.limitBytes, LIMIT);
    assert.ok(room.freeBytes > LIMIT / 2 && room.freeBytes < LIMIT);
  }
  assert.deepEqual(roomsOf(await start(['service.js'], { max_memory_restart: String(LIMIT) })), []);
});

test('the watchdog of systemd leaves less pause than half of its period', (t) => {
  const start = (env: NodeJS.ProcessEnv): number => {
    const child = spawn('sleep', ['60'], { env: { ...process.env, ...env }, stdio: 'ignore' });
    t.after(() => child.kill('SIGKILL'));
    return child.pid!;
  };
  const watched = settlePauseBudget(null, start({ WATCHDOG_USEC: '2000000', WATCHDOG_PID: '' }));
  assert.equal(watched.because, 'systemd watchdog');
  assert.ok(watched.maxPauseMs < 1_000 && watched.maxPauseMs > 0);
  assert.match(refusePause(watched, 900, 1) ?? '', /because the systemd watchdog .* not reported for 2 s/);
  const inherited = settlePauseBudget(null, start({ WATCHDOG_USEC: '2000000', WATCHDOG_PID: String(process.pid) }));
  assert.equal(inherited.because, 'default');
  assert.equal(settlePauseBudget(null, start({ WATCHDOG_USEC: '600000000' })).because, 'default');
});

test('a pod is given less pause than others, unless the user says how much', (t) => {
  const pod = spawn('sleep', ['60'], { env: { ...process.env, KUBERNETES_SERVICE_HOST: '10.0.0.1' }, stdio: 'ignore' });
  t.after(() => pod.kill('SIGKILL'));
  const inPod = settlePauseBudget(null, pod.pid!);
  assert.equal(inPod.because, 'liveness probe');
  assert.ok(inPod.maxPauseMs <= 10_000 && inPod.maxPauseMs < settlePauseBudget(null, null).maxPauseMs);
  assert.deepEqual(settlePauseBudget(25_000, pod.pid!), { maxPauseMs: 25_000, because: 'asked' });
});
