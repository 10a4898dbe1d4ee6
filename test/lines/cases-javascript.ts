import type { LineCase } from './line-case.ts';
import { EXPRESS_CJS, FASTIFY_CJS, HTTP_CJS, HTTP_ESM, KOA_CJS } from './servers.ts';

const ESM = { 'package.json': '{ "name": "trial", "type": "module" }' };
const CJS = { 'package.json': '{ "name": "trial" }' };

export const JAVASCRIPT_CASES: readonly LineCase[] = [
  {
    name: 'quota',
    leak: 'an array of entries for each client, shifted only when it is over a limit that is never reached',
    build: 'none',
    removes: true,
    files: {
      'server.js': HTTP_CJS,
      ...CJS,
      'lib/routes.js': `const { Quota } = require('./quota.js');
const quota = new Quota();
exports.handle = (id) => {
  quota.record('client-' + (id % 5), { id, at: Date.now(), text: 'x'.repeat(60) + id });
  return { used: quota.used('client-0') };
};
`,
      'lib/quota.js': `class Quota {
  constructor() {
    this.clients = new Map();
    this.limit = 1e9;
  }

  entriesOf(client) {
    let entries = this.clients.get(client);
    if (!entries) {
      entries = [];
      this.clients.set(client, entries);
    }
    return entries;
  }

  record(client, entry) {
    const entries = this.entriesOf(client);
    entries.push(entry); // adds
    while (entries.length > this.limit) entries.shift();
  }

  used(client) {
    return this.entriesOf(client).length;
  }
}
module.exports = { Quota };
`,
    },
  },
  {
    name: 'pending-replies',
    leak: 'a Map of calls in flight whose replies are never confirmed, filled through a helper of another module',
    build: 'none',
    removes: true,
    files: {
      'server.mjs': HTTP_ESM.replace('./lib/routes.js', './lib/routes.mjs'),
      ...ESM,
      'lib/routes.mjs': `import { remember } from './outbox.mjs';
import { pending } from './store.mjs';
class Call {
  constructor(id) {
    this.id = id;
    this.payload = 'p'.repeat(80) + id;
  }
}
export async function handle(id) {
  remember('call-' + id, new Call(id));
  return { waiting: pending.size };
}
`,
      'lib/outbox.mjs': `import { pending } from './store.mjs';
export function remember(key, call) {
  pending.set(key, call); // adds
}
export function confirm(key) {
  pending.delete(key);
}
`,
      'lib/store.mjs': `export const pending = new Map();
`,
    },
  },
  {
    name: 'private-set',
    leak: 'a Set in a private field',
    build: 'none',
    files: {
      'server.mjs': HTTP_ESM.replace('./lib/routes.js', './lib/routes.mjs'),
      ...ESM,
      'lib/routes.mjs': `import { Audit } from './audit.mjs';
const audit = new Audit();
export function handle(id) {
  audit.note({ id, who: 'user-' + id });
  return { seen: audit.size };
}
`,
      'lib/audit.mjs': `class Note {
  constructor(entry) {
    this.entry = entry;
    this.text = JSON.stringify(entry).padEnd(90, '.');
  }
}
export class Audit {
  #notes = new Set();

  get size() {
    return this.#notes.size;
  }

  note(entry) {
    const made = new Note(entry);
    const notes = this.#notes;
    notes.add(made); // adds
    return made;
  }
}
`,
    },
  },
  {
    name: 'plain-object-cache',
    leak: 'a plain object keyed by id, in a factory that returns functions',
    build: 'none',
    removes: true,
    files: {
      'server.js': EXPRESS_CJS,
      ...CJS,
      'lib/routes.js': `const express = require('express');
const { createCache } = require('./cache.js');
const cache = createCache();
const router = express.Router();
let n = 0;
router.get('/', (request, response) => {
  const id = 'page-' + ++n;
  const page = cache.read(id, () => ({ id, html: '<p>' + 'x'.repeat(100) + n }));
  response.json({ id: page.id });
});
exports.router = router;
`,
      'lib/cache.js': `function createCache() {
  const byId = {};
  let hits = 0;
  const read = (id, load) => {
    if (byId[id]) {
      hits += 1;
      return byId[id];
    }
    const page = load();
    byId[id] = page; // adds
    return page;
  };
  const forget = (id) => {
    delete byId[id];
  };
  return { read, forget, stats: () => hits };
}
module.exports = { createCache };
`,
    },
  },
  {
    name: 'emitter-on',
    leak: 'a listener on a shared emitter for each request',
    build: 'none',
    removes: true,
    files: {
      'server.js': KOA_CJS,
      ...CJS,
      'lib/routes.js': `const { watchPrices } = require('./prices.js');
exports.middleware = async (context) => {
  const stop = watchPrices((price) => { context.state.price = price; });
  context.body = { watching: true };
  if (context.query.stop) stop();
};
`,
      'lib/prices.js': `const { EventEmitter } = require('node:events');
const feed = new EventEmitter();
feed.setMaxListeners(0);
function watchPrices(onPrice) {
  const listener = (price) => onPrice(price);
  feed.on('price', listener); // adds
  return () => feed.off('price', listener);
}
module.exports = { watchPrices, feed };
`,
    },
  },
  {
    name: 'abort-listener',
    leak: 'a listener on one abort signal that lives as long as the process',
    build: 'none',
    files: {
      'server.mjs': HTTP_ESM.replace('./lib/routes.js', './lib/routes.mjs'),
      ...ESM,
      'lib/routes.mjs': `import { fetchWithin } from './client.mjs';
const stopping = new AbortController();
export function handle(id) {
  return fetchWithin(id, stopping.signal);
}
`,
      'lib/client.mjs': `import { setMaxListeners } from 'node:events';
export function fetchWithin(id, signal) {
  setMaxListeners(0, signal);
  return new Promise((resolve, reject) => {
    const answer = { id, body: 'b'.repeat(50) + id };
    signal.addEventListener('abort', () => reject(new Error('aborted ' + answer.id))); // adds
    setImmediate(() => resolve({ id: answer.id }));
  });
}
`,
    },
  },
  {
    name: 'timer-hour',
    leak: 'a time-out of an hour for each request',
    build: 'none',
    removes: true,
    files: {
      'server.js': HTTP_CJS,
      ...CJS,
      'lib/routes.js': `const { Reminders } = require('./reminders.js');
const reminders = new Reminders();
exports.handle = (id) => {
  const reminder = reminders.plan({ id, text: 'call ' + id + ' back'.repeat(10) });
  if (id < 0) reminders.cancel(reminder);
  return { planned: id };
};
`,
      'lib/reminders.js': `class Reminders {
  constructor() {
    this.sent = 0;
  }
  plan(order) {
    const timer = setTimeout(() => this.send(order), 3_600_000); // adds
    timer.unref();
    return timer;
  }
  cancel(timer) {
    clearTimeout(timer);
  }
  send(order) {
    this.sent += order.id;
  }
}
module.exports = { Reminders };
`,
    },
  },
  {
    name: 'intervals',
    leak: 'an interval for each job that is never cleared',
    build: 'none',
    files: {
      'server.js': HTTP_CJS,
      ...CJS,
      'lib/routes.js': `const { startJob } = require('./jobs.js');
exports.handle = (id) => startJob('job-' + id);
`,
      'lib/jobs.js': `const done = new Map();
exports.startJob = function startJob(name) {
  const state = { name, progress: 0, log: 'l'.repeat(60) };
  setInterval(() => { // adds
    state.progress = Math.min(100, state.progress + 1);
  }, 20_000).unref();
  done.set('last', name);
  return { name };
};
`,
    },
  },
  {
    name: 'promise-race',
    leak: 'each request races with a promise that never settles',
    build: 'none',
    files: {
      'server.mjs': HTTP_ESM.replace('./lib/routes.js', './lib/routes.mjs'),
      ...ESM,
      'lib/routes.mjs': `import { untilShutdown } from './shutdown.mjs';
export async function handle(id) {
  const work = new Promise((resolve) => setImmediate(() => resolve({ id })));
  return untilShutdown(work);
}
`,
      'lib/shutdown.mjs': `let stop = () => {};
const shutdown = new Promise((resolve) => {
  stop = resolve;
});
export function untilShutdown(work) {
  return Promise.race([work, shutdown]); // adds
}
export { stop };
`,
    },
  },
  {
    name: 'linked-list',
    leak: 'a singly linked list whose tail is appended to',
    build: 'none',
    files: {
      'server.js': HTTP_CJS,
      ...CJS,
      'lib/routes.js': `const { Trail } = require('./trail.js');
const trail = new Trail();
exports.handle = (id) => ({ length: trail.append({ id, action: 'a'.repeat(40) + id }) });
`,
      'lib/trail.js': `class Entry {
  constructor(data, previous) {
    this.data = data;
    this.previous = previous;
  }
}
class Trail {
  constructor() {
    this.last = null;
    this.length = 0;
  }
  append(data) {
    const entry = new Entry(data, this.last);
    this.last = entry; // adds
    this.length += 1;
    return this.length;
  }
}
module.exports = { Trail };
`,
    },
  },
  {
    name: 'spread-reassign',
    leak: 'a module variable that is replaced by a longer copy of itself',
    build: 'none',
    files: {
      'server.mjs': HTTP_ESM.replace('./lib/routes.js', './lib/routes.mjs'),
      ...ESM,
      'lib/routes.mjs': `import * as errors from './errors.mjs';
export function handle(id) {
  if (id % 2 === 0) errors.keep(new Error('order ' + id + ' failed'));
  return { errors: errors.count() };
}
`,
      'lib/errors.mjs': `let kept = [];
export function keep(error) {
  kept = [...kept, { message: error.message, at: new Date() }]; // adds
}
export function count() {
  return kept.length;
}
export function reset() {
  kept = [];
}
`,
    },
    removes: true,
  },
  {
    name: 'prototype-style',
    leak: 'an array of an object in the style of prototypes',
    build: 'none',
    removes: true,
    files: {
      'server.js': HTTP_CJS,
      ...CJS,
      'lib/routes.js': `const Queue = require('./queue.js');
const queue = new Queue('mail');
exports.handle = function (id) {
  queue.enqueue({ to: 'u' + id + '@example.com', body: 'm'.repeat(60) });
  if (id < 0) queue.next();
  return { queued: queue.jobs.length };
};
`,
      'lib/queue.js': `function Queue(name) {
  this.name = name;
  this.jobs = [];
}
Queue.prototype.enqueue = function (job) {
  job.queuedAt = Date.now();
  this.jobs.push(job); // adds
  return this;
};
Queue.prototype.next = function () {
  return this.jobs.shift();
};
module.exports = Queue;
`,
    },
  },
  {
    name: 'fastify-plugin',
    leak: 'a Map that a plugin decorates the server with',
    build: 'none',
    files: {
      'server.js': FASTIFY_CJS,
      ...CJS,
      'lib/routes.js': `const { sessions } = require('./sessions.js');
module.exports = async function routes(fastify) {
  let n = 0;
  fastify.decorate('sessions', sessions);
  fastify.get('/', async (request) => {
    const session = request.server.sessions.open('s-' + ++n, request.headers['user-agent']);
    return { session: session.id };
  });
};
`,
      'lib/sessions.js': `const open = new Map();
const sessions = {
  open(id, agent) {
    const session = { id, agent, started: Date.now(), flash: 'f'.repeat(50) };
    open.set(id, session); // adds
    return session;
  },
  count: () => open.size,
};
module.exports = { sessions };
`,
    },
  },
  {
    name: 'class-hierarchy',
    leak: 'a list of a base class, filled by its method, in an instance of a subclass',
    build: 'none',
    files: {
      'server.js': HTTP_CJS,
      ...CJS,
      'lib/routes.js': `const { OrderLog } = require('./order-log.js');
const log = new OrderLog();
exports.handle = (id) => {
  log.created(id);
  return { lines: log.size };
};
`,
      'lib/base-log.js': `class BaseLog {
  constructor() {
    this.lines = [];
  }
  get size() {
    return this.lines.length;
  }
  append(level, text) {
    this.lines.push({ level, text, at: Date.now() }); // adds
  }
}
module.exports = { BaseLog };
`,
      'lib/order-log.js': `const { BaseLog } = require('./base-log.js');
class OrderLog extends BaseLog {
  created(id) {
    this.append('info', 'order ' + id + ' created'.padEnd(60, '.'));
  }
}
module.exports = { OrderLog };
`,
    },
  },
  {
    name: 'injected-store',
    leak: 'a Map made in one module, given to a service of another by its constructor',
    build: 'none',
    removes: true,
    files: {
      'server.mjs': HTTP_ESM.replace('./lib/routes.js', './lib/routes.mjs'),
      ...ESM,
      'lib/routes.mjs': `import { CartService } from './cart-service.mjs';
const store = new Map();
const service = new CartService({ store, clock: Date });
export function handle(id) {
  return { items: service.open('guest-' + id).items.length };
}
`,
      'lib/cart-service.mjs': `export class CartService {
  constructor({ store, clock }) {
    this.store = store;
    this.clock = clock;
  }
  open(guest) {
    const cart = { guest, items: ['apple', 'pear-' + guest], openedAt: this.clock.now() };
    this.store.set(guest, cart); // adds
    return cart;
  }
  close(guest) {
    this.store.delete(guest);
  }
}
`,
    },
  },
  {
    name: 'array-of-hooks',
    leak: 'functions in an array of a module, one for each request',
    build: 'none',
    files: {
      'server.js': EXPRESS_CJS,
      ...CJS,
      'lib/routes.js': `const express = require('express');
const { onExit } = require('./exit-hooks.js');
const router = express.Router();
let n = 0;
router.get('/', (request, response) => {
  const upload = { id: ++n, file: '/tmp/upload-' + n, text: 't'.repeat(70) };
  onExit(() => upload.file);
  response.json({ id: upload.id });
});
exports.router = router;
`,
      'lib/exit-hooks.js': `const hooks = [];
const run = () => hooks.map((hook) => hook());
function onExit(hook) {
  hooks.unshift(hook); // adds
}
module.exports = { onExit, run };
`,
    },
  },
  {
    name: 'metric-labels',
    leak: 'nested Maps: a label for every path of a request',
    build: 'none',
    files: {
      'server.js': HTTP_CJS,
      ...CJS,
      'lib/routes.js': `const { counter } = require('./metrics.js');
const requests = counter('http_requests');
exports.handle = (id) => {
  requests.increase({ path: '/items/' + id, method: 'GET' });
  return { id };
};
`,
      'lib/metrics.js': `const registry = { metrics: {} };
class Counter {
  constructor(name) {
    this.name = name;
    this.values = new Map();
  }
  increase(labels) {
    const key = JSON.stringify(labels);
    const known = this.values.get(key);
    if (known) known.value += 1;
    else this.values.set(key, { labels, value: 1 }); // adds
  }
}
function counter(name) {
  const made = new Counter(name);
  registry.metrics[name] = made;
  return made;
}
module.exports = { counter, registry };
`,
    },
  },
  {
    name: 'closure-chain',
    leak: 'a function that is wrapped once more for each request',
    build: 'none',
    files: {
      'server.js': HTTP_CJS,
      ...CJS,
      'lib/routes.js': `const calibration = require('./calibration.js');
exports.handle = (id) => {
  calibration.correct(id % 3);
  return { id };
};
`,
      'lib/calibration.js': `let correction = (value) => value;
exports.correct = function correct(offset) {
  const table = new Array(20).fill(offset);
  const before = correction;
  correction = (value) => table[0] + (value > 1e9 ? before(value) : value); // adds
};
exports.apply = (value) => correction(value);
`,
    },
  },
  {
    name: 'object-assign',
    leak: 'a dictionary that is merged into',
    build: 'none',
    files: {
      'server.js': HTTP_CJS,
      ...CJS,
      'lib/routes.js': `const { learn } = require('./dictionary.js');
exports.handle = (id) => ({ words: learn({ ['word-' + id]: { id, meaning: 'm'.repeat(60) + id } }) });
`,
      'lib/dictionary.js': `const words = {};
let learned = 0;
exports.learn = (more) => {
  Object.assign(words, more); // adds
  learned += 1;
  return learned;
};
exports.find = (word) => words[word];
`,
    },
  },
  {
    name: 'weak-map-live',
    leak: 'arrays in a WeakMap whose keys live as long as the service',
    build: 'none',
    files: {
      'server.mjs': HTTP_ESM.replace('./lib/routes.js', './lib/routes.mjs'),
      ...ESM,
      'lib/routes.mjs': `import { authors } from './authors.mjs';
import { revise } from './revisions.mjs';
export function handle(id) {
  return { revisions: revise(authors[id % authors.length], 'text ' + id) };
}
`,
      'lib/authors.mjs': `class Author {
  constructor(name) {
    this.name = name;
  }
}
export const authors = ['ann', 'bob', 'cat'].map((name) => new Author(name));
`,
      'lib/revisions.mjs': `const byAuthor = new WeakMap();
class Revision {
  constructor(text) {
    this.text = text.padEnd(80, '_');
  }
}
export function revise(author, text) {
  if (!byAuthor.has(author)) byAuthor.set(author, []);
  byAuthor.get(author).push(new Revision(text)); // adds
  return byAuthor.get(author).length;
}
`,
    },
  },
  {
    name: 'nullish-assign',
    leak: 'a dictionary of dictionaries, filled by ??=',
    build: 'none',
    files: {
      'server.mjs': HTTP_ESM.replace('./lib/routes.js', './lib/routes.mjs'),
      ...ESM,
      'lib/routes.mjs': `import { intern } from './symbols.mjs';
export function handle(id) {
  return { name: intern('tag', 'value-' + id).name };
}
`,
      'lib/symbols.mjs': `const tables = Object.create(null);
class Interned {
  constructor(kind, name) {
    this.kind = kind;
    this.name = name;
    this.padding = 'i'.repeat(50) + name;
  }
}
export function intern(kind, name) {
  const table = (tables[kind] ??= {});
  return (table[name] ??= new Interned(kind, name)); // adds
}
`,
    },
  },
  {
    name: 'package-registry',
    leak: 'a package that keeps every client that is made with it',
    build: 'none',
    files: {
      'server.js': HTTP_CJS,
      ...CJS,
      'lib/routes.js': `const { fetchOrder } = require('./orders.js');
exports.handle = (id) => fetchOrder(id);
`,
      'lib/orders.js': `const { createClient } = require('tiny-client');
exports.fetchOrder = function fetchOrder(id) {
  const client = createClient({ base: 'http://orders.local/' + id }); // adds
  return { url: client.urlOf('x') };
};
`,
      'node_modules/tiny-client/package.json': '{ "name": "tiny-client", "version": "1.2.3", "main": "lib/index.js" }',
      'node_modules/tiny-client/lib/index.js': `const { track } = require('./registry.js');
class TinyClient {
  constructor(options) {
    this.options = options;
    this.buffer = 'z'.repeat(90) + options.base;
    track(this);
  }
  urlOf(path) {
    return this.options.base + path;
  }
}
exports.createClient = (options) => new TinyClient(options);
`,
      'node_modules/tiny-client/lib/registry.js': `const clients = [];
exports.track = (client) => {
  clients.push(client);
};
exports.closeAll = () => clients.splice(0).length;
`,
    },
  },
  {
    name: 'package-emitter',
    leak: 'a package that adds a listener to the process on each call',
    build: 'none',
    files: {
      'server.js': EXPRESS_CJS,
      ...CJS,
      'lib/routes.js': `const express = require('express');
const { saveUpload } = require('./uploads.js');
const router = express.Router();
let n = 0;
router.get('/', (request, response) => response.json({ file: saveUpload(++n) }));
exports.router = router;
`,
      'lib/uploads.js': `const temporary = require('temp-files');
exports.saveUpload = (n) => {
  const name = 'upload-' + n;
  const file = temporary.make(name); // adds
  return file.path;
};
`,
      'node_modules/temp-files/package.json': '{ "name": "temp-files", "version": "0.4.0", "main": "index.js" }',
      'node_modules/temp-files/index.js': `process.setMaxListeners(0);
exports.make = function make(name) {
  const file = { path: '/tmp/' + name, note: 'n'.repeat(60) + name };
  process.on('exit', () => remove(file));
  return file;
};
function remove(file) {
  file.removed = true;
}
`,
    },
  },
];
