import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertLeftAlone } from '../helpers/assert-left-alone.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const MAIN = resolve('dist/src/cli/main.js');
const MISSING = spawnSync('tmux', ['-V']).error ? 'tmux is not installed here: apt-get install tmux' : false;
const PATIENCE_MS = 60_000;

/** A terminal of tmux in which a command runs; afterwards its exit code and the mode of the terminal stand there. */
class Terminal {
  readonly #env: NodeJS.ProcessEnv;

  constructor(
    t: TestContext,
    folder: string,
    words: readonly string[],
    { env = {}, first = 'true' }: { readonly env?: NodeJS.ProcessEnv; readonly first?: string } = {},
  ) {
    this.#env = { ...process.env, TMUX_TMPDIR: folder, LC_ALL: 'C.UTF-8', NO_COLOR: '', TMUX: '', ...env };
    const line = [process.execPath, MAIN, ...words].map((word) => `'${word}'`).join(' ');
    const script = `${first}; ${line}; echo "EXIT $?"; stty -a | tr ';' '\\n' | grep -o -- '-*icanon'; sleep 600`;
    writeFileSync(join(folder, 'run.sh'), script);
    this.tmux('-f', '/dev/null', 'new-session', '-d', '-x', '80', '-y', '24', '-c', folder, 'sh run.sh');
    t.after(() => spawnSync('tmux', ['-L', 'live', 'kill-server'], { env: this.#env }));
  }

  tmux(...words: readonly string[]): string {
    return execFileSync('tmux', ['-L', 'live', ...words], { env: this.#env, encoding: 'utf8' });
  }

  key(key: string): void {
    this.tmux('send-keys', key);
  }

  screen(): string {
    return this.tmux('capture-pane', '-p');
  }

  async until(wanted: RegExp): Promise<string> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const screen = this.screen();
      if (wanted.test(screen)) return screen;
      assert.ok(performance.now() < deadline, `${wanted} never came:\n${screen}`);
      await sleep(200);
    }
  }
}

async function start(t: TestContext, ...args: readonly string[]): Promise<RunningService> {
  const service = await spawnService('test/targets/http-service.mjs', { args });
  t.after(() => service.stop());
  return service;
}

test('top on a terminal: the whole screen, help, resize, and the terminal as it was after q', {
  skip: MISSING,
}, async (t) => {
  const service = await start(t);
  const terminal = new Terminal(t, temporaryFolder(t), ['top', '--port', String(service.port)]);
  const screen = await terminal.until(/profiler top .*\n[\s\S]*rss +\d[\s\S]*\[q\] end/);
  assert.match(screen, new RegExp(`pid ${service.pid} .*Node ${process.version}`));
  assert.ok(
    screen.split('\n').every((line) => line.length <= 80 && !line.endsWith('..')),
    screen,
  );
  terminal.key('?');
  await terminal.until(/close this help/);
  // Together, as they come while the tool is busy.
  terminal.tmux('send-keys', '?', 's');
  await terminal.until(/heap snapshot --pid/);
  terminal.tmux('resize-window', '-x', '120', '-y', '40');
  await terminal.until(/^─{120}$/m);
  terminal.tmux('resize-window', '-x', '60', '-y', '12');
  await terminal.until(/^─{60}$/m);
  terminal.key('q');
  const ended = await terminal.until(/icanon/);
  assert.match(ended, /EXIT 0/);
  assert.doesNotMatch(ended, /-icanon|─{10}/);
  assertLeftAlone(service);
});

test('a terminal that says it has no size is drawn on as one of 80 columns', { skip: MISSING }, async (t) => {
  const service = await start(t);
  const words = ['top', '--port', String(service.port)];
  const terminal = new Terminal(t, temporaryFolder(t), words, { first: 'stty rows 0 cols 0' });
  await terminal.until(/rss +\d[\s\S]*\[q\] end/);
  terminal.key('q');
  await terminal.until(/icanon/);
});

test('a crash leaves the terminal as it was, and says what happened', { skip: MISSING }, async (t) => {
  const service = await start(t);
  const folder = temporaryFolder(t);
  const crash = join(folder, 'crash');
  writeFileSync(
    join(folder, 'crash.mjs'),
    `import { existsSync } from 'node:fs';
     setInterval(() => { if (existsSync(${JSON.stringify(crash)})) throw new Error('planted'); }, 100).unref();`,
  );
  const env = { NODE_OPTIONS: `--import=${join(folder, 'crash.mjs')}` };
  const terminal = new Terminal(t, folder, ['top', '--port', String(service.port)], { env });
  await terminal.until(/rss +\d/);
  writeFileSync(crash, '');
  const ended = await terminal.until(/icanon/);
  assert.match(ended, /defect of the tool[\s\S]*planted[\s\S]*EXIT 70/);
  assert.doesNotMatch(ended, /-icanon/);
});

test('soak on a terminal: phases, pause of the load, a snapshot that was asked for, a report meanwhile, q', {
  skip: MISSING,
}, async (t) => {
  const service = await start(t, '--fault', 'leak-array');
  const folder = temporaryFolder(t);
  const scenario = `name: quotes
baseUrl: ${service.baseUrl}
load: { model: open, rate: 40/s, duration: 1m }
tasks: [ { request: { name: quote, path: "/quotes?article={{random(1,200)}}" } } ]
`;
  writeFileSync(join(folder, 'soak.yaml'), scenario);
  const words = ['soak', '--port', String(service.port), '--scenario', 'soak.yaml', '--minutes', '10', '--out', 'run'];
  const terminal = new Terminal(t, folder, [
    ...words,
    '--snapshots',
    '2',
    '--max-pause',
    '10m',
    '--report-dir',
    'report',
  ]);
  const early = await terminal.until(/warm-up to \d[\d:]* > baseline > steady to \d[\d:]* > idle-tail to \d/);
  assert.match(early, /ends about \d\d:\d\d/);
  terminal.key('s');
  await terminal.until(/a snapshot can be taken in the steady phase/);
  terminal.key('p');
  await terminal.until(/load PAUSED/);
  terminal.key('p');
  await terminal.until(/load \d+\/s/);
  // As when it is held down: one report at a time is enough for the machine.
  terminal.key('rrrr');
  const reported = await terminal.until(/report of the run so far:/);
  assert.ok((reported.match(/writing a report of the run so far/g) ?? []).length <= 1, reported);
  assert.ok(existsSync(join(folder, 'report-so-far', 'index.html')));
  terminal.key('q');
  await terminal.until(/icanon/);
  assert.doesNotMatch(terminal.screen(), /-icanon/);
  // What was said meanwhile stands in the terminal behind it.
  assert.match(terminal.tmux('capture-pane', '-p', '-S', '-200'), /warm-up begins[\s\S]*EXIT (130|5)/);
  assert.ok(readdirSync(join(folder, 'report')).includes('index.html'));
  assertLeftAlone(service);
});
