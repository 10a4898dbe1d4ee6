import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { BOTTLENECK_RULES } from '../src/model/bottleneck.ts';
import { FINDING_KINDS } from '../src/model/finding-catalogue.ts';
import { DEFAULT_SNAPSHOTS } from '../src/soak/soak-options.ts';
import { runFolderDoc } from './helpers/run-folder-doc.ts';

test('docs/run-folder.md is what the metric catalogue says (node scripts/write-run-folder-doc.mjs)', () => {
  assert.equal(readFileSync('docs/run-folder.md', 'utf8'), runFolderDoc());
});

test('links between the documents lead somewhere', () => {
  const documents = [
    'README.md',
    'src/README.md',
    'profiles/README.md',
    'reports/README.md',
    'deploy/README.md',
    ...readdirSync('docs', { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.md'))
      .map((name) => join('docs', name)),
  ];
  const broken = documents.flatMap((document) => {
    const links = [...readFileSync(document, 'utf8').matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(
      (match) => match[1] ?? '',
    );
    return links
      .filter((link) => !/^[a-z]+:/.test(link) && !existsSync(join(dirname(document), link)))
      .map((link) => `${document}: ${link}`);
  });
  assert.deepEqual(broken, []);
});

for (const [folder, names] of [
  ['docs/findings', FINDING_KINDS],
  ['docs/bottlenecks', BOTTLENECK_RULES],
] as const) {
  test(`each page of ${folder} explains one that there is, and none is without`, () => {
    assert.deepEqual(readdirSync(folder).sort(), names.map((name) => `${name}.md`).sort());
    for (const name of names) {
      const page = readFileSync(join(folder, `${name}.md`), 'utf8');
      const [title, means = '', ...parts] = page.split(/^#+ /m).slice(1).join('\n# ').split(/\n\n/);
      assert.match(title ?? '', new RegExp(`^\`${name}\`$`));
      assert.ok(means.length > 40, `${name}: what it means`);
      const heads = [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1]);
      assert.deepEqual(heads, ['How it is found', 'What to do', 'How to check'], name);
      assert.ok(parts.length >= 3, `${name}: something under each heading`);
    }
  });
}

test('the examples of docs/extending.md are what the files say', () => {
  const page = readFileSync('docs/extending.md', 'utf8');
  const examples = [...page.matchAll(/in `((?:src|docs)\/[\w./-]+)`:\n\n```diff\n([\s\S]*?)```/g)];
  assert.equal(examples.length, 3);
  for (const [, file = '', diff = ''] of examples) {
    const lines = readFileSync(file, 'utf8').split('\n');
    const added = diff.split('\n').filter((line) => /^[+ ]/.test(line));
    assert.deepEqual(
      added.map((line) => line.slice(1)).filter((line) => !lines.includes(line)),
      [],
      file,
    );
  }
});

test('where the number of snapshots is told, it is the default', () => {
  const { driven, watched } = DEFAULT_SNAPSHOTS;
  const configuration = readFileSync('docs/configuration.md', 'utf8');
  assert.match(
    configuration,
    new RegExp(`snapshots: ${driven} # .*Without a load of its own the default is ${watched}$`, 'm'),
  );
});
