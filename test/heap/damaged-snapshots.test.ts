import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { analyseGraph } from '../../src/heap/analyse-graph.ts';
import { GrowthMeasure } from '../../src/heap/growth/measure-growth.ts';
import type { HeapGraph } from '../../src/heap/heap-graph.ts';
import { SnapshotParser } from '../../src/heap/snapshot-parser.ts';
import { summariseGraph } from '../../src/heap/summarise-graph.ts';
import { findWeakMapEdges } from '../../src/heap/weak-map-edges.ts';
import { ProfilerError } from '../../src/model/errors.ts';
import { openNodes, openSnapshot } from '../../src/snapshot-stream/open-snapshot.ts';
import { redactSnapshot } from '../../src/snapshot-stream/redact-snapshot.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { type EdgeSpec, parse, scanner, snapshotText } from './build-snapshot.ts';
import { takeSnapshots } from './take-snapshots.ts';

/** A few hundred objects of every type with every kind of edge. */
function mixedSnapshot(layout: 'old' | 'new'): string {
  const count = 300;
  const nodes = Array.from({ length: count }, (_, index) => ({
    type: index === 0 ? 9 : index % 16,
    name: index === 0 ? '' : `name ${index % 40} "quoted" ü`,
    size: index * 8,
  }));
  const edges: EdgeSpec[] = nodes.flatMap((_, index) => [
    [index, index % 7, index % 7 === 1 || index % 7 === 4 ? index : `edge ${index % 30}`, (index * 7 + 1) % count],
    [index, 2, 'next', (index + 1) % count],
  ]);
  return snapshotText({ nodes, edges }, layout);
}

/** A clear error or a sound partial result; returns which. */
function readOrRefuse(bytes: Uint8Array, salvage: boolean): 'read' | 'refused' {
  let graph: HeapGraph;
  try {
    const parser = new SnapshotParser({ scanner, sizeBytes: bytes.length, salvage });
    parser.write(bytes);
    graph = parser.end();
  } catch (error) {
    if (!(error instanceof ProfilerError)) throw error;
    assert.match(error.message, /heap snapshot/);
    return 'refused';
  }
  assert.ok(graph.nodeCount <= bytes.length && graph.edgeCount <= bytes.length);
  const weakMaps = findWeakMapEdges(graph);
  const analysed = analyseGraph(graph, weakMaps);
  const summary = summariseGraph(analysed);
  assert.ok(Number.isFinite(summary.totalBytes));
  const growth = new GrowthMeasure();
  for (const requests of [0, 100]) {
    growth.add(graph, weakMaps, { file: 'x', fileBytes: 1, idEpoch: 'a', requests });
  }
  assert.equal(growth.finish([analysed.aggregates, analysed.aggregates]).growthBytes, 0);
  return 'read';
}

for (const layout of ['old', 'new'] as const) {
  const whole = new TextEncoder().encode(mixedSnapshot(layout));

  test(`a file cut at 500 places is refused, or salvaged (${layout} layout)`, () => {
    for (let cut = 0; cut < 500; cut++) {
      const bytes = whole.subarray(0, Math.floor((whole.length - 4) * (cut / 500)));
      assert.equal(readOrRefuse(bytes, false), 'refused', `cut at ${bytes.length}`);
      readOrRefuse(bytes, true);
    }
  });

  test(`1,000 mutations never hang or crash (${layout} layout)`, () => {
    const random = seededRandom(42);
    const pieces = ['9', '-', '.', '[', ']', '"', '\\', ',', '}', 'null', '99999999999', '\n', '\0', 'é'];
    for (let round = 0; round < 1000; round++) {
      const bytes = mutated(whole, random, new TextEncoder().encode(pieces[Math.floor(random() * pieces.length)]));
      readOrRefuse(bytes, round % 2 === 0);
    }
  });
}

test('a real snapshot cut within a section says where, and is salvaged', async (t) => {
  const [file] = await takeSnapshots(t, { setUp: 'exports.f = () => {};', request: 'exports.f();', snapshots: 1 });
  const text = readFileSync(file!, 'latin1');
  for (const section of ['nodes', 'edges', 'strings']) {
    const cut = text.slice(0, text.indexOf(`"${section}":[`) + 5_000);
    assert.throws(() => parse(cut), {
      code: /snapshot-truncated/,
      message: new RegExp(`${cut.length}.*\`${section}\``),
    });
    const graph = parse(cut, { salvage: true });
    assert.ok(graph.damage.length > 0);
    assert.ok(graph.nodeCount > 100);
    summariseGraph(analyseGraph(graph));
  }
});

test('what is no snapshot is called that', () => {
  for (const text of ['', '{}', '[1,2,3]', 'hello', '{"nodes":[1,2,3]}', '\0\0\0', '{"snapshot":{"meta":{}}}']) {
    assert.throws(() => parse(text), ProfilerError, JSON.stringify(text));
  }
});

test('a header that claims more than the file can hold reserves nothing for it', () => {
  const text = mixedSnapshot('new').replace('"node_count":300', '"node_count":4000000000');
  assert.throws(() => parse(text), { code: 'snapshot-damaged' });
});

test('what V8 never writes is refused, however the file is read', async (t) => {
  const whole = mixedSnapshot('new');
  const folder = temporaryFolder(t);
  const firstRow = /"nodes":\[9,0,1,0,/;
  const odd = {
    'no strings': [whole.replace(/"strings":\[.*\]/s, '"strings":[]'), /named by strings that are not there/],
    'two documents': [whole + whole, /something follows/],
    'two documents in one line': [whole.trim() + whole.trim(), /something follows/],
    'zeros behind the end': [`${whole}\0\0`, /something follows/],
    'strings twice': [whole.replace(/"strings":/, '"strings":[""],"strings":'), /stands there twice/],
    'a size of 2^53': [whole.replace(firstRow, '"nodes":[9,0,1,9007199254740992,'), /a number is too large/],
    'a count of edges of 2^53': [whole.replace(/("nodes":\[9,0,1,0),\d+/, '$1,9007199254740992'), /too large/],
    'native bytes of 1e300': [whole.replace('"edge_count":', '"extra_native_bytes":1e300,"edge_count":'), /no size/],
  } as const;
  for (const [name, [text, words]] of Object.entries(odd)) {
    assert.notEqual(text, whole, name);
    assert.throws(() => parse(text), { code: 'snapshot-damaged', exitCode: 2, message: words }, name);
    const file = join(folder, 'odd.heapsnapshot');
    writeFileSync(file, text);
    const refused = { code: 'snapshot-damaged', message: words };
    await assert.rejects(openSnapshot(file), refused, name);
    await assert.rejects(openNodes(file), refused, name);
    await assert.rejects(redactSnapshot(file, join(folder, 'out.heapsnapshot')), refused, name);
  }
  const { code, stderr } = await runCli(['heap', 'summary', join(folder, 'odd.heapsnapshot')]);
  assert.equal(code, 2);
  assert.match(stderr, /heap snapshot damaged/);
  assert.equal(parse(whole + whole, { salvage: true }).nodeCount, 300);
});

test('chunks of any size give the same graph', () => {
  const text = mixedSnapshot('old');
  const { locations: _, strings: __, ...expected } = parse(text);
  for (const chunkBytes of [1, 7, 100, 4096]) {
    const { locations: ___, strings: ____, ...graph } = parse(text, {}, chunkBytes);
    assert.deepEqual(graph, expected);
  }
});

function mutated(whole: Uint8Array, random: () => number, piece: Uint8Array): Uint8Array {
  const at = Math.floor(random() * whole.length);
  const removed = random() < 0.5 ? piece.length : Math.floor(random() * 40);
  return new Uint8Array([...whole.subarray(0, at), ...piece, ...whole.subarray(at + removed)]);
}

function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
