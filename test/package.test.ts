import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';

interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

interface LockEntry {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const lock: { readonly packages: Readonly<Record<string, LockEntry>> } = JSON.parse(
  readFileSync('package-lock.json', 'utf8'),
);
const entries = Object.entries(lock.packages).filter(([path]) => path !== '');

test('few runtime packages, none with an install script', () => {
  const runtime = entries.filter(([, entry]) => !entry.dev && !entry.optional);
  assert.ok(Object.keys(manifest.dependencies).length <= 14);
  assert.ok(runtime.length <= 35, `${runtime.length} runtime packages`);
  assert.deepEqual(
    runtime.filter(([, entry]) => entry.hasInstallScript).map(([path]) => path),
    [],
  );
});

test('the lock file names the packages of every platform (node scripts/complete-lockfile.mjs), and no host', () => {
  const missing = entries.flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).filter(
      (name) => !lock.packages[`node_modules/${name}`] && !lock.packages[`${path}/node_modules/${name}`],
    ),
  );
  assert.deepEqual(missing, []);
  assert.deepEqual(
    entries.filter(([, entry]) => entry.resolved).map(([path]) => path),
    [],
  );
});

test('the package holds the tool, its page and its schemas, and neither tests nor the reference service', () => {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { encoding: 'utf8' }),
  ) as [{ readonly files: readonly { readonly path: string }[] }];
  const paths = packed.files.map(({ path }) => path);
  for (const path of [
    ...Object.values(manifest.bin),
    'dist/src/heap/kernel/scan.wasm',
    'dist/src/page/page.bundle.js',
    'dist/src/page/page.bundle.css',
    'dist/src/load/load-process.js',
    'dist/src/snapshot-stream/growth-worker.js',
    'dist/src/agent/agent.cjs',
    'dist/src/agent/relay-thread.cjs',
    'dist/src/testing/index.js',
    'dist/src/testing/index.d.ts',
    'schemas/scenario.schema.json',
    'schemas/config.schema.json',
    'scenarios/evidence-archive.yaml',
    'docs/findings/js-heap-leak.md',
    'docs/bottlenecks/sync-call.md',
    'README.md',
    'LICENSE',
  ]) {
    assert.ok(paths.includes(path), path);
  }
  assert.deepEqual(
    paths.filter(
      (path) => path.startsWith('dist/test') || path.startsWith('dist/src/demo') || path.includes('.tsbuildinfo'),
    ),
    [],
  );
});

test('the command starts with node, and the changelog knows the version or holds what is not released', () => {
  for (const path of Object.values(manifest.bin)) assert.match(readFileSync(path, 'utf8'), /^#!\/usr\/bin\/env node\n/);
  assert.ok(existsSync('CHANGELOG.md'));
  const unreleased = /## Unreleased\n([\s\S]*?)(?=\n## |$)/.exec(readFileSync('CHANGELOG.md', 'utf8'))?.[1] ?? '';
  assert.ok(readFileSync('CHANGELOG.md', 'utf8').includes(`## ${manifest.version}`) || unreleased.trim().length > 0);
});

/** The sources that a commit would hold, in a folder of their own. */
function copySources(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'profiler-package-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'],
    {
      encoding: 'utf8',
    },
  );
  for (const path of listed.split('\0')) if (path && existsSync(path)) cpSync(path, join(folder, path));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return folder;
}

test('the same sources give the same package and the same bill of materials, in any folder and each time', (t) => {
  const make = (folder: string, into: string): Readonly<Record<string, string>> => {
    execFileSync(process.execPath, ['scripts/make-package.mjs', into], { cwd: folder, stdio: 'pipe' });
    const made = join(folder, into);
    return Object.fromEntries(readdirSync(made).map((file) => [file, readFileSync(join(made, file), 'base64')]));
  };
  const [first, second] = [copySources(t), copySources(t)];
  const made = make(first, 'made');
  assert.deepEqual(Object.keys(made).sort(), [
    `soak-profiler-${manifest.version}.cdx.json`,
    `soak-profiler-${manifest.version}.tgz`,
  ]);
  // What an earlier build left behind is not packed.
  mkdirSync(join(second, 'dist/src'), { recursive: true });
  writeFileSync(join(second, 'dist/src/stale.js'), '');
  assert.deepEqual(make(second, 'made'), made);

  // Building again over a build changes nothing.
  execFileSync('npm', ['pack', '--silent'], { cwd: first, stdio: 'pipe' });
  assert.equal(
    readFileSync(join(first, `soak-profiler-${manifest.version}.tgz`), 'base64'),
    made[`soak-profiler-${manifest.version}.tgz`],
  );

  const bom = JSON.parse(readFileSync(join(first, 'made', `soak-profiler-${manifest.version}.cdx.json`), 'utf8'));
  const names = bom.components.map(({ name }: { readonly name: string }) => name);
  for (const name of Object.keys(manifest.dependencies)) assert.ok(names.includes(name), name);
  assert.ok(!names.includes('typescript'), 'development packages are left out');
});
