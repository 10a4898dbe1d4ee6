import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
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
    ...readdirSync('docs')
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
