import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { settleFolders } from '../../src/cli/settle-soak-options.ts';
import { poll } from '../../src/target/poll.ts';
import { listChildren } from '../../src/target/proc.ts';
import { watchedByPm2, watchedFolders } from '../../src/target/watcher-of-files.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** A service that a watcher starts, and its pid. */
async function startWatched(
  t: TestContext,
  cwd: string,
  words: readonly string[],
): Promise<{ readonly watcher: ChildProcess; readonly pid: number }> {
  const watcher = spawn(process.execPath, words, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => {
    for (const child of listChildren(watcher.pid ?? 0)) process.kill(child, 'SIGKILL');
    watcher.kill('SIGKILL');
  });
  let text = '';
  watcher.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const pid = await poll(async () => Number(/service (\d+)/.exec(text)?.[1] ?? 0) || null, 20_000);
  assert.ok(pid, text);
  return { watcher, pid };
}

function serviceIn(folder: string): string {
  const file = join(folder, 'service.mjs');
  writeFileSync(file, 'console.log("service", process.pid); setInterval(() => {}, 1000);\n');
  writeFileSync(join(folder, 'package.json'), '{"name":"watched"}');
  return file;
}

test('folders that a watcher of the service looks at are refused before anything is written', async (t) => {
  const folder = temporaryFolder(t);
  const src = join(folder, 'src');
  mkdirSync(src);
  const alias = join(temporaryFolder(t), 'alias');
  symlinkSync(folder, alias);
  const service = serviceIn(folder);
  const { pid } = await startWatched(t, folder, ['--watch-path=.', service]);
  const before = readdirSync(folder).sort();
  for (const cwd of [folder, src, alias]) {
    const { code, stderr } = await runCli(['soak', '--pid', String(pid), '--seconds', '10'], { cwd });
    assert.equal(code, 2, stderr);
    assert.match(stderr, /profiles\/\S+ lies in the folder \. that node --watch-path \(process \d+\) watches/);
    assert.match(stderr, /--out DIR and --report-dir DIR/);
  }
  assert.deepEqual(readdirSync(folder).sort(), before);
  const elsewhere = temporaryFolder(t);
  const args = { out: join(elsewhere, 'run') };
  await assert.rejects(settleFolders('id', { ...args, 'report-dir': join(folder, 'report') }, null, pid), {
    code: 'folder-watched',
    exitCode: 2,
  });
  await settleFolders('id', { ...args, 'report-dir': join(elsewhere, 'report') }, null, pid);
});

test('a plain --watch, and a watch of another folder, are no hindrance', async (t) => {
  for (const option of ['--watch', '--watch-path=src']) {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'src'));
    const { pid } = await startWatched(t, folder, [option, serviceIn(folder)]);
    const args = { out: join(folder, 'run'), 'report-dir': join(folder, 'report') };
    assert.equal((await settleFolders('id', args, null, pid)).runDir, args.out);
  }
});

test('what is watched is read from the command line of the watcher', () => {
  const of = (line: string): unknown => {
    const found = watchedFolders(line.split(' '), () => ({ watch: null, ignore: null, ext: null }));
    return found && [found.watched, found.ignored];
  };
  assert.deepEqual(of('node --watch-path=. srv.js'), [['.'], []]);
  assert.deepEqual(of('node --inspect --watch-path src --watch-path=/srv/lib srv.js'), [['src', '/srv/lib'], []]);
  assert.deepEqual(of('node -r x --watch-path=src srv.js'), [['src'], []]);
  assert.equal(of('node --watch srv.js'), null);
  assert.equal(of('node srv.js --watch-path=.'), null, 'an option of the service');
  assert.deepEqual(of('node /srv/node_modules/.bin/nodemon srv.js'), [['.'], []]);
  assert.deepEqual(of('nodemon -e js,json --watch src --ignore src/out/* srv.js'), [['src'], ['src/out']]);
  assert.deepEqual(of('nodemon -i *.test.js -i **/tmp/** -i out/**/* srv.js'), [['.'], ['out']]);
  assert.equal(of('nodemon -e ts,tsx srv.ts'), null, 'no file of ours ends so');
  assert.deepEqual(of('nodemon --ext * srv.ts'), [['.'], []]);
  assert.equal(of('node srv.js nodemon'), null);
  for (const some of ['*.test.js', '**/*.md', '*', 'src/*.md'])
    assert.deepEqual(of(`nodemon --ignore ${some} srv.js`), [['.'], []], `${some} ignores no whole folder`);
  assert.deepEqual(of('nodemon -w src/**/*.ts -i out/** -i lib/**/* srv.js'), [['src'], ['out', 'lib']]);
});

test('what pm2 watches is read from the environment of the service', () => {
  const of = (environment: Readonly<Record<string, string>>): unknown => {
    const found = watchedByPm2(new Map(Object.entries({ pm_cwd: '/srv', ...environment })));
    return found && [found.watched, found.ignored];
  };
  assert.deepEqual(of({ watch: 'true' }), [['/srv'], []]);
  assert.deepEqual(of({ watch: 'src,/lib', ignore_watch: 'node_modules,*.log' }), [
    ['/srv/src', '/lib'],
    ['/srv/node_modules'],
  ]);
  assert.deepEqual(of({ pm2_env: JSON.stringify({ watch: true, ignore_watch: ['profiles'] }) }), [
    ['/srv'],
    ['/srv/profiles'],
  ]);
  for (const none of [{}, { watch: 'false' }, { pm2_env: '{"watch":false}' }, { pm2_env: '{' }])
    assert.equal(of(none), null);
  assert.equal(watchedByPm2(new Map([['watch', 'true']])), null, 'a variable of the service');
});

test('what any program above the service watches is asked of the kernel', async (t) => {
  const folder = temporaryFolder(t);
  const inside = join(folder, 'inside');
  mkdirSync(inside);
  const watcher = join(folder, 'restarter.mjs');
  writeFileSync(
    watcher,
    `import { spawn } from 'node:child_process';
     import { watch } from 'node:fs';
     watch(${JSON.stringify(folder)});
     spawn(process.execPath, [process.argv[2]], { stdio: 'inherit' });`,
  );
  const { pid } = await startWatched(t, folder, [watcher, serviceIn(folder)]);
  const settle = (place: string): Promise<unknown> =>
    settleFolders('id', { out: join(place, 'run'), 'report-dir': join(place, 'report') }, null, pid);
  await assert.rejects(settle(folder), { code: 'folder-watched', message: /process \d+ \(node\) watches/ });
  await assert.rejects(settle(join(folder, 'new', 'newer')), { code: 'folder-watched' });
  // One that is there and is not watched itself.
  await settle(inside);
});

test('a single capture is not written into a folder that restarts the service', async (t) => {
  const folder = temporaryFolder(t);
  const { pid } = await startWatched(t, folder, ['--watch-path=.', serviceIn(folder)]);
  const before = readdirSync(folder).sort();
  for (const words of [
    ['cpu', '--seconds', '1'],
    ['heap', 'snapshot'],
  ]) {
    const { code, stderr } = await runCli([...words, '--pid', String(pid)], { cwd: folder });
    assert.equal(code, 2, stderr);
    assert.match(stderr, /would restart the service\.\n.*--out FILE/);
  }
  assert.deepEqual(readdirSync(folder).sort(), before);
});

test('what is watched is read from the configuration of nodemon too', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'src'));
  mkdirSync(join(folder, 'shared'));
  mkdirSync(join(folder, 'app'));
  // Like nodemon: a program of that name, with the service as its child.
  writeFileSync(
    join(folder, 'nodemon.js'),
    `require('node:child_process').spawn(process.execPath, ['service.mjs'], { stdio: 'inherit' });`,
  );
  const cwd = join(folder, 'app');
  serviceIn(cwd);
  const words = [join(folder, 'nodemon.js'), 'service.mjs'];
  const args = (dir: string): Record<string, string> => ({ out: join(dir, 'run'), 'report-dir': join(dir, 'report') });
  const { pid } = await startWatched(t, cwd, words);
  const isRefused = (dir: string): Promise<boolean> =>
    settleFolders('id', args(dir), null, pid).then(
      () => false,
      ({ code }: { code: string }) => code === 'folder-watched',
    );
  assert.deepEqual([await isRefused(cwd), await isRefused(join(folder, 'shared'))], [true, false]);
  writeFileSync(join(cwd, 'package.json'), '{"nodemonConfig":{"watch":["../shared/**/*"]}}');
  assert.deepEqual([await isRefused(cwd), await isRefused(join(folder, 'shared'))], [false, true]);
  // Read in place of the package.json, not beside it.
  writeFileSync(join(cwd, 'nodemon.json'), '{"ignore":["run","report"]}');
  assert.deepEqual([await isRefused(cwd), await isRefused(join(folder, 'shared'))], [false, false]);
  writeFileSync(join(cwd, 'nodemon.json'), '{"watch":["."],"ext":"ts,tsx"}');
  assert.equal(await isRefused(cwd), false);
  writeFileSync(join(cwd, 'nodemon.json'), '{"watch":["."],"ext":"ts,json"}');
  assert.equal(await isRefused(cwd), true);
});

test('soaks that begin in one second get folders of their own', async (t) => {
  const folder = temporaryFolder(t);
  const module = join(dirname(dirname(import.meta.dirname)), 'src/cli/settle-soak-options.js');
  const program = `import { settleFolders } from ${JSON.stringify(module)};
    const { runId, runDir, reportDir } = await settleFolders('2026-03-01T10-00-00-orders', {}, null, null);
    console.log(JSON.stringify([runId, runDir.endsWith(runId), reportDir.endsWith(runId)]));
    process.stdin.resume().on('end', () => {});`;
  const ids: string[] = [];
  mkdirSync(join(folder, 'reports', '2026-03-01T10-00-00-orders-2'), { recursive: true });
  const children = Array.from({ length: 3 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', program], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  for (const child of children) {
    t.after(() => child.kill('SIGKILL'));
    const [text] = await once(child.stdout.setEncoding('utf8'), 'data');
    const [id, ...ends] = JSON.parse(String(text));
    assert.deepEqual(ends, [true, true]);
    ids.push(id);
  }
  assert.deepEqual(
    ids.sort().map((id) => id.slice('2026-03-01T10-00-00-'.length)),
    ['orders', 'orders-3', 'orders-4'],
  );
});
