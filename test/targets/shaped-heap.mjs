// A service whose heap is made of one kind of thing: `node shaped-heap.mjs --port N SHAPE MEGABYTES`. Ready when it is full.
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import v8 from 'node:v8';
import vm from 'node:vm';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { port: { type: 'string' } } });
const [shape, megabytes] = positionals;
const kept = [];
const map = new Map();
const set = new Set();
const weak = new WeakMap();
const dictionary = {};
let chain = null;

class Order {
  constructor(id) {
    this.id = id;
    this.customer = id + 1;
    this.line = { sku: id, count: 1 };
  }
}
/** Flat text, not the rope that joining makes. */
const flat = (text) => Buffer.from(text).toString('latin1');
const text = (length, n) => flat(`${n} `.padEnd(length, `abcdefghij ${n % 977} `));

const MAKERS = {
  'small objects': (n) => kept.push(new Order(n)),
  'one Map, number to object': (n) => map.set(n, { id: n }),
  'one Map, text to object': (n) => map.set(`key-${n}-${n}`, { at: n, hits: 1 }),
  'one Map, number to shared text': (n) => map.set(n, ['new', 'paid', 'sent'][n % 3]),
  'one Map, number to number': (n) => map.set(n, n),
  'many small Maps': (n) => kept.push(new Map([[n, { n }]])),
  'one Set of texts': (n) => set.add(flat(`member-${n}`)),
  'one Set of objects': (n) => set.add({ id: n }),
  'short strings': (n) => kept.push(flat(`s${n}-abcdef`)),
  'strings of 300 characters': (n) => kept.push(text(300, n)),
  'strings of 10,000 characters': (n) => kept.push(text(10_000, n)),
  'typed arrays': () => kept.push(new Float64Array(8192)),
  'small buffers': () => kept.push(Buffer.allocUnsafe(100)),
  closures: (n) => {
    const captured = { n };
    kept.push(() => n + captured.n);
  },
  'a deep chain': (n) => {
    chain = { next: chain, n };
  },
  'parsed JSON': (n) =>
    kept.push(
      JSON.parse(
        `{"id":${n},"name":"user ${n}","tags":["a","b","c${n}"],"address":{"street":"s${n}","zip":${n}},"price":${n + 0.5}}`,
      ),
    ),
  'objects of ten fields': () =>
    kept.push({ a: kept, b: kept, c: kept, d: kept, e: kept, f: kept, g: kept, h: kept, i: kept, j: kept }),
  'objects of fractions': (n) => kept.push({ a: n + 0.5, b: n + 0.25, c: n + 0.1 }),
  'an object as a dictionary': (n) => {
    dictionary[`property${n}`] = n;
  },
  'lists of neighbours': () => kept.push(Array.from({ length: 50 }, () => kept)),
  'one long list of shared objects': (n) => kept.push(n % 2 === 0 ? map : set),
  'one long list of numbers': (n) => kept.push(n + 0.5),
  promises: () => kept.push(new Promise(() => {})),
  dates: (n) => kept.push(new Date(n)),
  'a WeakMap': (n) => {
    const key = { n };
    kept.push(key);
    weak.set(key, { n });
  },
  mixed: (n) => {
    if (n % 5 === 0) kept.push(new Order(n));
    else if (n % 5 === 1) map.set(`k${n}`, { at: n });
    else if (n % 5 === 2) kept.push(flat(`text ${n} of some length, as it stands in a log`));
    else if (n % 5 === 3) MAKERS.closures(n);
    else if (n % 50 === 4) kept.push(text(3000, n));
  },
};

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');
const sizeOf = () => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return shape === 'typed arrays' ? heapUsed + arrayBuffers : heapUsed;
};
const make = MAKERS[shape];
for (let n = 0, wanted = 1e6 * Number(megabytes); ; ) {
  for (const end = n + 2000; n < end; n += 1) make(n);
  if (sizeOf() < wanted) continue;
  collect();
  if (sizeOf() >= 0.97 * wanted) break;
}
globalThis.held = { kept, map, set, weak, dictionary, chain };
const server = createServer((_request, response) => response.end('ok'));
server.listen(Number(values.port ?? 0), '127.0.0.1', () => {
  const { address: host, port } = server.address();
  console.log(JSON.stringify({ listening: { host, port }, pid: process.pid }));
});
process.once('SIGTERM', () => process.exit(0));
