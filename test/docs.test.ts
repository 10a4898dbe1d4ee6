import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { BOTTLENECK_RULES } from '../src/model/bottleneck.ts';
import { FINDING_KINDS } from '../src/model/finding-catalogue.ts';
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
