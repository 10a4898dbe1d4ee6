import type { Container } from '../../src/model/holder.ts';
import type { Program } from './take-snapshots.ts';

export interface PlantedLeak extends Program {
  readonly name: string;
  readonly class: RegExp;
  readonly holder: RegExp;
  readonly kinds: readonly Container[];
  /** URL of the script that is named, where it is not that of the service. */
  readonly place?: RegExp;
  /** Holder of another suspect: a healthy neighbour that grows for a while, or a leak of its own. */
  readonly beside?: RegExp;
}

const MEMO = `class Store { constructor() { this.entries = new Map(); } }
module.exports = (fn) => { const memoized = (key) => { const { entries } = memoized.store; if (!entries.has(key)) entries.set(key, fn(key)); return entries.get(key); };
  memoized.store = new Store(); return memoized; };`;

/** Leaks as they are written: what grows must come out as the first suspect, with its holder and a line of the service. */
export const PLANTED_LEAKS: readonly PlantedLeak[] = [
  {
    name: 'array of a module',
    setUp: `const audits = []; class Audit { constructor(i) { this.id = 'a' + i; this.tags = [i, 'x' + i]; } }
exports.add = (i) => audits.push(new Audit(i));`,
    request: 'exports.add(i);',
    class: /^Audit$/,
    holder: /^Array `audits` of module service\.cjs$/,
    kinds: ['array'],
  },
  {
    name: 'Map of a class instance, ESM',
    module: true,
    setUp: `class Session { constructor(i) { this.id = 's' + i; this.data = { cart: ['x' + i] }; } }
class SessionStore { constructor() { this.sessions = new Map(); } open(i) { this.sessions.set('k' + i, new Session(i)); } }
export const store = new SessionStore();`,
    request: 'store.open(i);',
    class: /^Session$/,
    holder: /^Map `sessions` of SessionStore/,
    kinds: ['map'],
  },
  {
    name: 'Set of a module, ESM',
    module: true,
    setUp: `const seen = new Set(); export const see = (i) => seen.add({ request: 'r' + i, at: 'now' + i });`,
    request: 'see(i);',
    class: /^Object \{request, at\}$/,
    holder: /^Set `seen` of module service\.mjs$/,
    kinds: ['set'],
  },
  {
    name: 'Map that a module exports, ESM',
    module: true,
    setUp: `class Session { constructor(i) { this.id = 's' + i; this.data = { cart: ['x' + i] }; } }
export const sessions = new Map(); export const settings = new Map([['theme', 'dark']]);`,
    request: "sessions.set('k' + i, new Session(i));",
    class: /^Session$/,
    holder: /^Map `sessions` of module service\.mjs$/,
    kinds: ['map'],
  },
  {
    name: 'streams that an exported stream is piped to, ESM: not by way of what Node keeps of one of them',
    module: true,
    files: {
      'feed.mjs': `import { PassThrough } from 'node:stream'; export const feed = new PassThrough(); feed.setMaxListeners(0); feed.resume();
setInterval(() => feed.write('tick'), 5).unref();`,
    },
    setUp: `import { Transform } from 'node:stream'; import { createServer, get } from 'node:http'; import { feed } from './feed.mjs';
const upper = () => new Transform({ transform(chunk, _encoding, done) { done(null, chunk); } });
const server = createServer((_request, response) => { feed.pipe(upper()).pipe(response); }); await new Promise((done) => server.listen(0, '127.0.0.1', done));
const tail = () => new Promise((done) => get({ port: server.address().port, host: '127.0.0.1' }, (response) => { response.destroy(); done(); }));`,
    requestsBetween: 60,
    request: 'await tail();',
    class: /^Transform$/,
    holder: /^listeners of event "data" on PassThrough `feed` of module feed\.mjs$/,
    kinds: ['listeners'],
    place: /feed\.mjs$/,
  },
  {
    name: 'what a FinalizationRegistry is to hand over leads to the object itself',
    module: true,
    setUp: `class Cursor { constructor(i) { this.rows = ['r' + i, 's' + i]; } close() { this.rows = []; } }
const abandoned = new FinalizationRegistry((close) => close());
const open = (i) => { const cursor = new Cursor(i); abandoned.register(cursor, () => cursor.close()); return cursor.rows.length; };`,
    request: 'open(i);',
    class: /^closure/,
    holder: /^FinalizationRegistry `abandoned` of module service\.mjs$/,
    kinds: ['object'],
  },
  {
    name: 'Map that a module exports, CommonJS',
    setUp: `exports.sessions = new Map();`,
    request: "exports.sessions.set('k' + i, { id: 's' + i, cart: ['x' + i] });",
    class: /^Object \{id, cart\}$/,
    holder: /^Map `sessions` of module service\.cjs$/,
    kinds: ['map'],
  },
  {
    name: 'one of three caches of a class without its bound',
    module: true,
    setUp: `class Cache { #entries = new Map(); constructor(limit = Infinity) { this.limit = limit; }
  put(key, value) { this.#entries.set(key, { value, at: 'now ' + key }); if (this.#entries.size > this.limit) this.#entries.delete(this.#entries.keys().next().value); } }
export const products = new Cache(700); export const quotes = new Cache(); export const prices = new Cache(300);`,
    request: "products.put('p' + i, 'x' + i); quotes.put('q' + i, 'x' + i); prices.put('r' + i, 'x' + i);",
    class: /^Object \{value, at\}$/,
    holder: /^Map `#entries` of Cache `quotes`$/,
    kinds: ['map'],
    beside: /of Cache `products`$/,
  },
  {
    name: 'lists of rooms that are known by their names',
    setUp: `class Room { constructor() { this.pollers = []; } } class Poller { constructor(i) { this.user = 'u' + i; this.tags = ['t' + i]; } }
const rooms = {}; for (const name of ['lobby', 'office', 'games', 'music', 'sport', 'news', 'travel', 'food']) rooms[name] = new Room(); exports.rooms = rooms;`,
    request: 'Object.values(rooms)[i % 8].pollers.push(new Poller(i));',
    class: /^Poller$/,
    holder: /^Array `pollers` of Room$/,
    kinds: ['array'],
  },
  {
    name: 'lists by their names in an object, more than are told one by one',
    setUp: `const byTeam = {}; for (let team = 0; team < 24; team++) byTeam['team ' + team] = []; exports.byTeam = byTeam;
class Visit { constructor(i) { this.page = 'p' + i; this.tags = ['t' + i]; } }`,
    request: "byTeam['team ' + (i % 24)].push(new Visit(i));",
    class: /^Visit$/,
    holder: /^Array `<key>` of `byTeam` of module service\.cjs$/,
    kinds: ['array'],
  },
  {
    name: 'two caches of a class in one object, without a bound both, stay two',
    setUp: `class Cache { constructor() { this.entries = new Map(); } } const caches = { tokens: new Cache(), carts: new Cache() }; exports.caches = caches;`,
    request:
      "caches.tokens.entries.set('t' + i, { token: 't' + i, scopes: ['read' + i, 'write' + i, 'all' + i] }); caches.carts.entries.set('c' + i, { cart: 'c' + i });",
    class: /^Object \{(token, scopes|cart)\}$/,
    holder: /^Map `entries` of Cache/,
    kinds: ['map'],
    beside: /^Map `entries` of Cache/,
  },
  {
    name: 'sessions that hold a timer each',
    setUp: `class Session { constructor(i) { this.user = 'u' + i; this.beat = setInterval(() => this.user.length, 1e8); } }
exports.sessions = new Map();`,
    request: "exports.sessions.set('k' + i, new Session(i));",
    class: /^Session$/,
    holder: /^Map `sessions` of module service\.cjs$/,
    kinds: ['map'],
  },
  {
    name: 'Map of one of two modules of the same file name, exported again by a third',
    module: true,
    files: {
      'a/store.mjs': 'export const rows = new Map();',
      'b/store.mjs': 'export const rows = new Map();',
      'index.mjs':
        "import { rows } from './b/store.mjs'; export { rows as orders }; export { rows } from './a/store.mjs';",
    },
    setUp:
      "import { orders, rows } from './index.mjs'; for (let i = 0; i < 900; i++) rows.set(i, { bounded: 'b' + i });",
    request: "orders.set('k' + i, { id: 'o' + i, cart: ['x' + i] });",
    class: /^Object \{id, cart\}$/,
    holder: /^Map `(rows|orders)` of module store\.mjs$/,
    kinds: ['map'],
    place: /\/b\/store\.mjs$/,
  },
  {
    name: 'sockets that nobody closes are placed by who listens',
    requestsBetween: 60,
    setUp: `const dgram = require('node:dgram');
function listen() { const socket = dgram.createSocket('udp4'); socket.on('message', () => socket.address()); socket.bind(0, '127.0.0.1'); }`,
    request: 'listen();',
    class: /^UDP$/,
    holder: /^handles that Node keeps/,
    kinds: ['handles'],
  },
  {
    name: 'timers that nobody clears among those of work under way',
    setUp: `class Duel { constructor(i) { this.name = 'd' + i; this.beat = setInterval(() => this.name.length, 1e8); } }
const active = new Set(); exports.active = active;
exports.open = (i) => { const duel = new Duel(i); active.add(duel); if (active.size > 12) { const [oldest] = active; active.delete(oldest); if (i % 3 > 0) clearInterval(oldest.beat); } };`,
    request: 'exports.open(i);',
    class: /^Timeout$/,
    holder: /^timers of 100,000,000 ms$/,
    kinds: ['timers'],
  },
  {
    name: 'closure context',
    setUp: `function makeOutbox() { const delivered = []; return function enqueue(i) { delivered.push(() => 'to ' + i + body(i)); }; }
function body(i) { return i; } const enqueue = makeOutbox(); exports.enqueue = enqueue;`,
    request: 'exports.enqueue(i);',
    class: /^closure/,
    holder: /^Array `delivered` of (function makeOutbox|the scope around enqueue) of service\.cjs$/,
    kinds: ['array'],
  },
  {
    name: 'plain object as dictionary',
    setUp: `const byId = {}; exports.put = (i) => { byId['id-' + i] = { payload: 'p' + i, when: 'w' + i }; };`,
    request: 'exports.put(i);',
    class: /^Object \{payload, when\}$/,
    holder: /^Object `byId` of module service\.cjs$/,
    kinds: ['object'],
  },
  {
    name: 'listener of an emitter',
    setUp: `const { EventEmitter } = require('node:events'); class Config extends EventEmitter {}
const config = new Config(); config.setMaxListeners(0);
exports.handle = (i) => { const context = { request: 'r' + i }; config.on('change', function onChange() { return context; }); };`,
    request: 'exports.handle(i);',
    class: /^closure onChange$/,
    holder: /^listeners of event "change" on Config `config` of module service\.cjs$/,
    kinds: ['listeners'],
  },
  {
    name: 'listener of an abort signal',
    setUp: `const shutdown = new AbortController(); require('node:events').setMaxListeners(0, shutdown.signal);
exports.handle = (i) => { const context = { request: 'r' + i }; shutdown.signal.addEventListener('abort', () => context); };`,
    request: 'exports.handle(i);',
    class: /^Listener$/,
    holder: /^listeners of event "abort" on (EventTarget|AbortSignal)/,
    kinds: ['listeners'],
  },
  {
    name: 'timer',
    setUp: `exports.remind = (i) => { const note = { to: 'device ' + i }; setTimeout(function remind() { return note; }, 21_600_000); };`,
    request: 'exports.remind(i);',
    class: /^Timeout$/,
    holder: /^timers of 21,600,000 ms$/,
    kinds: ['timers'],
  },
  {
    name: 'interval',
    setUp: `exports.poll = (i) => { const note = { to: 'device ' + i }; setInterval(() => note, 3_600_000).unref(); };`,
    request: 'exports.poll(i);',
    class: /^Timeout$/,
    holder: /^timers of 3,600,000 ms$/,
    kinds: ['timers'],
  },
  {
    name: 'reactions of a pending promise',
    setUp: `const closing = new Promise(() => {}); closing.catch(() => {});
exports.guard = async (i) => Promise.race([Promise.resolve({ result: 'r' + i }), closing]);`,
    request: 'await exports.guard(i);',
    class: /PromiseReaction|Promise/,
    holder: /^Promise `closing` of module service\.cjs$/,
    kinds: ['promise'],
  },
  {
    name: 'promises that never settle, in an async function',
    setUp: `const waiting = []; async function acquire(i) { const job = { id: 'j' + i }; await new Promise((resolve) => waiting.push(resolve)); return job; }
exports.acquire = acquire;`,
    request: 'exports.acquire(i);',
    class: /^closure/,
    holder: /^Array `waiting` of module service\.cjs$/,
    kinds: ['array'],
  },
  {
    name: 'WeakMap with live keys',
    setUp: `const meta = new WeakMap(); const live = []; class Meta { constructor(i) { this.text = 'meta ' + i + 'x'.repeat(300) + i; this.more = ['m' + i]; } }
exports.tag = (i) => { const key = { k: 'k' + i }; live.push(key); meta.set(key, new Meta(i)); };`,
    request: 'exports.tag(i);',
    class: /^(Object \{k\}|Meta)$/,
    holder: /`(live|meta)` of module service\.cjs$/,
    kinds: ['array', 'weak-map'],
  },
  {
    name: 'linked list',
    setUp: `class LinkNode { constructor(v, next) { this.value = v; this.next = next; } } let head = null;
exports.push = (i) => { head = new LinkNode('v' + i, head); };`,
    request: 'exports.push(i);',
    class: /^LinkNode$/,
    holder: /^linked list `head` of module service\.cjs$/,
    kinds: ['chain'],
  },
  {
    name: 'doubly linked list with a sentinel',
    setUp: `class Entry { constructor(v) { this.value = v; this.prev = this; this.next = this; } }
class Lru { constructor() { this.root = new Entry('root'); } add(v) { const e = new Entry(v); e.next = this.root.next; e.prev = this.root; this.root.next.prev = e; this.root.next = e; } }
exports.lru = new Lru();`,
    request: "exports.lru.add('v' + i);",
    class: /^Entry$/,
    holder: /Lru/,
    kinds: ['chain', 'object'],
  },
  {
    name: 'instances below a prototype chain',
    setUp: `class Base { constructor(i) { this.base = 'b' + i; } } class Derived extends Base { constructor(i) { super(i); this.own = ['o' + i]; } }
class Repository { items = []; } class Orders extends Repository { add(i) { this.items.push(new Derived(i)); } } exports.orders = new Orders();`,
    request: 'exports.orders.add(i);',
    class: /^Derived$/,
    holder: /^Array `items` of Orders/,
    kinds: ['array'],
  },
  {
    name: 'chain of closures',
    setUp: `let last = () => null; exports.wrap = (i) => { const before = last; const data = { d: 'd' + i }; last = function wrapped() { return data ?? before; }; };`,
    request: 'exports.wrap(i);',
    class: /^(closure wrapped|Object \{d\})$/,
    holder: /`last` of module service\.cjs$/,
    kinds: ['slot', 'chain'],
  },
  {
    name: 'buffers',
    setUp: `const frames = []; exports.stage = (i) => frames.push(Buffer.alloc(5000, i));`,
    request: 'exports.stage(i);',
    class: /Buffer|Uint8Array/,
    holder: /^Array `frames` of module service\.cjs$/,
    kinds: ['array'],
  },
  {
    name: 'strings',
    setUp: `const lines = []; exports.log = (i) => lines.push('line ' + i + ' of the log');`,
    request: 'exports.log(i);',
    class: /string/,
    holder: /^Array `lines` of module service\.cjs$/,
    kinds: ['array'],
  },
  {
    name: 'listeners of one socket each, in a list per key',
    setUp: `const rooms = new Map(); class Member { constructor(i) { this.name = 'm' + i; } }
exports.join = (i) => { const key = 'room' + (i % 5); let room = rooms.get(key); if (!room) rooms.set(key, room = { members: [] }); room.members.push(new Member(i)); };`,
    request: 'exports.join(i);',
    class: /^Member$/,
    holder: /`members` of `rooms`|^Array `members`/,
    kinds: ['array'],
  },
  {
    name: 'a Map made by the first request after the first snapshot',
    setUp: `class Tracker { constructor() { this.open = null; } track(i) { if (i < 600) return; this.open ??= new Map(); this.open.set(i, { span: 's' + i, name: 'n' + i }); } } exports.tracker = new Tracker();`,
    request: 'exports.tracker.track(i);',
    class: /^Object \{span, name\}$/,
    holder: /^Map `open` of Tracker/,
    kinds: ['map'],
  },
  {
    name: 'AsyncLocalStorage kept by a timer',
    setUp: `const { AsyncLocalStorage } = require('node:async_hooks'); const storage = new AsyncLocalStorage(); class RequestStore { constructor(i) { this.id = 'r' + i; this.user = { name: 'u' + i }; } }
exports.run = (i) => storage.run(new RequestStore(i), () => { setTimeout(() => {}, 86_400_000); });`,
    request: 'exports.run(i);',
    class: /^(Timeout|RequestStore)$/,
    holder: /timers/,
    kinds: ['timers'],
  },
  {
    name: 'static field of a class',
    setUp: `class Registry { static instances = []; constructor(i) { this.name = 'n' + i; Registry.instances.push(this); } } exports.Registry = Registry;`,
    request: 'new exports.Registry(i);',
    class: /^Registry$/,
    holder: /^Array `instances` of class Registry/,
    kinds: ['array'],
  },
  {
    name: 'a list that is linked both ways, of plain objects',
    setUp: `class Waiting { constructor() { this.head = null; this.tail = null; }
  push(data) { const entry = { prev: this.tail, next: null, data }; if (this.tail) this.tail.next = entry; else this.head = entry; this.tail = entry; } }
const waiting = new Waiting(); exports.wait = (i) => waiting.push({ request: 'r' + i });`,
    request: 'exports.wait(i);',
    class: /^Object \{prev, next, data\}$/,
    holder: /^linked list `(head|tail)` of Waiting/,
    kinds: ['chain'],
  },
  {
    name: 'what a package holds, by the variable of the program',
    files: { 'node_modules/memo/index.js': MEMO },
    setUp: `const memoize = require('memo'); const getUser = memoize((id) => ({ id, name: 'n' + id })); exports.get = (i) => getUser('u' + i);`,
    request: 'exports.get(i);',
    class: /^Object \{id, name\}$/,
    holder: /^Map `entries` of Store in `getUser` of module service\.cjs$/,
    kinds: ['map'],
    place: /node_modules\/memo\/index\.js$/,
  },
  {
    name: 'a module as a compiler imports it',
    files: {
      'bus.js':
        'Object.defineProperty(exports, "__esModule", { value: true }); const events = require("node:events"); exports.client = new events.EventEmitter().setMaxListeners(0);',
    },
    setUp: `const bus_1 = require('./bus.js'); exports.poll = (i) => bus_1.client.on('quote', () => i);`,
    request: 'exports.poll(i);',
    class: /^closure/,
    holder: /^listeners of event "quote" on EventEmitter `client` of module bus/,
    kinds: ['listeners'],
  },
  {
    name: 'a minified package without a map',
    files: {
      'node_modules/@tiny/memo/dist/index.js':
        'class a{constructor(){this.s=new Set}}const t=new a;exports.seen=(e)=>t.s.add(e);',
    },
    setUp: `const { seen } = require('@tiny/memo/dist/index.js'); exports.see = (i) => seen({ request: 'r' + i, at: 'now' + i });`,
    request: 'exports.see(i);',
    class: /^Object \{request, at\}$/,
    holder: /^Set `s` of a of @tiny\/memo\/dist\/index\.js:1/,
    kinds: ['set'],
    place: /node_modules\/@tiny\/memo\/dist\/index\.js$/,
  },
  {
    name: 'a minified bundle of the program without a map',
    files: {
      'build/index.js': `var x="${'-'.repeat(300)}";class e{constructor(){this.s=new Set}}const wI=new e;exports.seen=(t)=>wI.s.add(t);`,
    },
    setUp: `const { seen } = require('./build/index.js'); exports.see = (i) => seen({ request: 'r' + i, at: 'now' + i });`,
    request: 'exports.see(i);',
    class: /^Object \{request, at\}$/,
    holder: /^Set `s` of e of build\/index\.js:1:3\d\d/,
    kinds: ['set'],
    place: /\/build\/index\.js$/,
  },
  {
    name: 'one object by two ways, of which the program names one',
    setUp: `const { once } = require('node:events'); const jobs = []; const Job = class Job extends require('node:events') { constructor(i) { super(); this.id = 'j' + i; } };
exports.start = (i) => { const job = new Job(i); jobs.push(job); process.stdin.setMaxListeners(0).once('close', () => job.emit('end')); };`,
    request: 'exports.start(i);',
    class: /^Job$/,
    holder: /^Array `jobs` of module service\.cjs$/,
    kinds: ['array'],
    beside: /^listeners of event "close"/,
  },
];

/** Healthy programs: what they keep has a bound, or came once. */
export const HEALTHY: readonly (Program & { readonly name: string })[] = [
  {
    name: 'bounded cache turning over',
    setUp: `const cache = new Map(); exports.get = (i) => { cache.set('k' + i, { value: 'v' + i + 'x'.repeat(200) + i }); if (cache.size > 400) cache.delete(cache.keys().next().value); };`,
    request: 'exports.get(i);',
  },
  {
    name: 'interning',
    setUp: `const names = new Map(); exports.intern = (i) => { const key = 'name' + (i % 300); if (!names.has(key)) names.set(key, { key, upper: key.toUpperCase() }); };`,
    request: 'exports.intern(i);',
  },
  {
    name: 'nothing kept',
    setUp: `exports.work = (i) => JSON.parse(JSON.stringify({ i, text: 'x'.repeat(100) }));`,
    request: 'exports.work(i);',
  },
  {
    name: 'lazy tables within the first round',
    setUp: `const tables = new Map(); exports.score = (i) => { const shard = i % 40; if (!tables.has(shard)) tables.set(shard, Array.from({ length: 500 }, (_, n) => ({ n, weight: n / 7 }))); return tables.get(shard)[0].weight; };`,
    request: 'exports.score(i);',
  },
  {
    name: 'ring of the last hundred',
    setUp: `const ring = new Array(100).fill(null); exports.note = (i) => { ring[i % 100] = { i: 'n' + i, at: [i] }; };`,
    request: 'exports.note(i);',
  },
  {
    name: 'listeners that are removed',
    setUp: `const { EventEmitter } = require('node:events'); const bus = new EventEmitter(); exports.once = (i) => { const f = () => i; bus.on('x', f); bus.off('x', f); };`,
    request: 'exports.once(i);',
  },
];
