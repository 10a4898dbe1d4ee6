import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPlace } from '../../src/words/place.ts';

const at = { line: 526, column: 9, function: 'query' };

test('the file of a package is told with its package: its path counts from the root of that package', () => {
  assert.equal(formatPlace({ ...at, file: 'lib/client.js', package: 'pg@8.23.1' }), 'pg@8.23.1/lib/client.js:526:9');
  assert.equal(formatPlace({ ...at, file: 'index.js', package: '@a/b@1.0.0' }), '@a/b@1.0.0/index.js:526:9');
});

test('own code, and paths that name the package already, stay as they are', () => {
  assert.equal(formatPlace({ ...at, file: 'src/orders.ts', package: null }), 'src/orders.ts:526:9');
  const path = 'node_modules/pg/lib/client.js';
  assert.equal(formatPlace({ ...at, file: path, package: 'pg@8.23.1' }), `${path}:526:9`);
});
