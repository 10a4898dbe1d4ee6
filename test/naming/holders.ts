import type { FindingKind } from '../../src/model/finding-catalogue.ts';

/**
 * One way to keep what a request leaves behind. `@name` stands for a variable of the state: each style of program puts it
 * where that style keeps its state (a variable of the module, a private field, a variable of a factory).
 */
export interface HolderCase {
  readonly name: string;
  /** Modules of Node, or packages, by the name that the code uses. */
  readonly imports?: Readonly<Record<string, string>>;
  /** Classes and functions beside the state. */
  readonly beside?: string;
  /** Initial values by name. */
  readonly state: Readonly<Record<string, string>>;
  /** For each request, with its number `i`. */
  readonly keep: string;
  /** The same with what was forgotten. */
  readonly twin: string;
  readonly requests?: number;
  readonly class: RegExp;
  /** Name of the state that the first sentence must name; null where the holder is known otherwise (see `words`). */
  readonly known: string | null;
  /** What the words of the holder must match in any style, beside the name. */
  readonly words: RegExp;
  readonly kinds: readonly FindingKind[];
}

const RECORD = "{ id: 'id-' + i, body: ['body ' + i, 'more ' + i] }";

export const HOLDERS: readonly HolderCase[] = [
  {
    name: 'Map',
    state: { waiters: 'new Map()' },
    keep: `@waiters.set('key ' + i, ${RECORD});`,
    twin: `@waiters.set('key ' + i, ${RECORD}); if (@waiters.size > 50) @waiters.delete(@waiters.keys().next().value);`,
    class: /^Object \{id, body\}$/,
    known: 'waiters',
    words: /^Map /,
    kinds: ['js-heap-leak'],
  },
  {
    name: 'Set',
    state: { seen: 'new Set()' },
    keep: `@seen.add(${RECORD});`,
    twin: `const entry = ${RECORD}; @seen.add(entry); @seen.delete(entry);`,
    class: /^Object \{id, body\}$/,
    known: 'seen',
    words: /^Set /,
    kinds: ['js-heap-leak'],
  },
  {
    name: 'array',
    beside: "class AuditRecord { constructor(i) { this.id = 'audit ' + i; this.tags = ['tag ' + i]; } }",
    state: { audits: '[]' },
    keep: '@audits.push(new AuditRecord(i));',
    twin: '@audits.push(new AuditRecord(i)); if (@audits.length > 50) @audits.shift();',
    class: /^AuditRecord$/,
    known: 'audits',
    words: /^Array /,
    kinds: ['js-heap-leak'],
  },
  {
    name: 'plain object as dictionary',
    state: { byToken: '{}' },
    keep: `@byToken['token ' + i] = ${RECORD};`,
    twin: `@byToken['token ' + i] = ${RECORD}; delete @byToken['token ' + (i - 20)];`,
    class: /^Object \{id, body\}$/,
    known: 'byToken',
    words: /^Object /,
    kinds: ['js-heap-leak'],
  },
  {
    name: 'WeakMap with live keys',
    state: { details: 'new WeakMap()', live: '[]' },
    keep: `const key = { key: 'k' + i }; @live.push(key); @details.set(key, ['detail ' + i, 'x'.repeat(60) + i, [i + 0.5], ['more ' + i]]);`,
    twin: `const key = { key: 'k' + i }; @live.push(key); if (@live.length > 30) @live.shift(); @details.set(key, ['detail ' + i]);`,
    class: /^(Object \{key\}|Array)$/,
    known: 'live|details',
    words: /^(Array|WeakMap) /,
    kinds: ['js-heap-leak'],
  },
  {
    name: 'linked list',
    beside: 'class TrailEntry { constructor(text, before) { this.text = text; this.before = before; } }',
    state: { trail: 'null' },
    keep: "@trail = new TrailEntry('entry ' + i, @trail);",
    twin: "@trail = new TrailEntry('entry ' + i, null);",
    class: /^TrailEntry$/,
    known: 'trail',
    words: /trail/,
    kinds: ['js-heap-leak'],
  },
  {
    name: 'chain of closures',
    state: { render: '(text) => text' },
    keep: "const before = @render; const word = 'word ' + i; @render = function decorated(text) { return text.length > 100 ? word : before(text) + word; };",
    twin: "const word = 'word ' + i; @render = function decorated(text) { return text + word; };",
    class: /^(closure decorated|Context)/,
    known: 'render',
    words: /render/,
    kinds: ['js-heap-leak'],
  },
  {
    name: 'listener of an emitter',
    imports: { EventEmitter: 'node:events' },
    beside: 'class Settings extends EventEmitter {}',
    state: { settings: 'new Settings().setMaxListeners(0)' },
    keep: "const context = 'request ' + i; @settings.on('change', function onChange() { return context; });",
    twin: "const context = 'request ' + i; const onChange = () => context; @settings.on('change', onChange); @settings.off('change', onChange);",
    class: /^closure onChange$/,
    known: null,
    words: /^listeners of event "change" on Settings/,
    kinds: ['listener-leak'],
  },
  {
    name: 'listener of a signal',
    imports: { events: 'node:events' },
    state: { shutdown: 'new AbortController()' },
    keep: "if (i === 0) events.setMaxListeners(0, @shutdown.signal); const context = 'request ' + i; @shutdown.signal.addEventListener('abort', function onAbort() { return context; });",
    twin: "if (i === 0) events.setMaxListeners(0, @shutdown.signal); const context = 'request ' + i; const onAbort = () => context; @shutdown.signal.addEventListener('abort', onAbort); @shutdown.signal.removeEventListener('abort', onAbort);",
    class: /^(Listener|closure onAbort)$/,
    known: null,
    words: /^listeners of event "abort" on AbortSignal/,
    kinds: ['listener-leak'],
  },
  {
    name: 'timer',
    state: { reminded: '0' },
    keep: "const note = 'note ' + i; setTimeout(function remind() { @reminded += note.length; }, 7_200_000);",
    twin: "const note = 'note ' + i; clearTimeout(setTimeout(function remind() { @reminded += note.length; }, 7_200_000));",
    class: /^Timeout$/,
    known: null,
    words: /^timers of 7,200,000 ms/,
    kinds: ['timer-leak'],
  },
  {
    name: 'interval',
    state: { polled: '0' },
    keep: "const note = 'note ' + i; setInterval(function poll() { @polled += note.length; }, 3_600_000).unref();",
    twin: "const note = 'note ' + i; clearInterval(setInterval(function poll() { @polled += note.length; }, 3_600_000));",
    class: /^Timeout$/,
    known: null,
    words: /^timers of 3,600,000 ms/,
    kinds: ['timer-leak'],
  },
  {
    name: 'pending promise',
    beside: "class Ticket { constructor(i) { this.id = 'ticket ' + i; } }",
    state: { waiting: '[]' },
    keep: 'const ticket = new Ticket(i); (async () => { await new Promise((resolve) => @waiting.push(resolve)); return ticket; })();',
    twin: 'const ticket = new Ticket(i); (async () => { await new Promise((resolve) => @waiting.push(resolve)); return ticket; })(); @waiting.pop()();',
    class: /^(closure|Ticket|Promise)/,
    known: 'waiting',
    words: /^Array /,
    kinds: ['js-heap-leak', 'promise-leak'],
  },
  {
    name: 'Promise.race on a promise that does not settle',
    state: { closing: 'new Promise(() => {})' },
    keep: "Promise.race([Promise.resolve({ result: 'r' + i }), @closing]);",
    twin: "Promise.race([Promise.resolve({ result: 'r' + i }), new Promise(() => {})]);",
    class: /PromiseReaction|Promise/,
    known: 'closing',
    words: /^Promise /,
    kinds: ['promise-leak'],
  },
  {
    name: 'AsyncLocalStorage store',
    imports: { async_hooks: 'node:async_hooks' },
    beside: "class RequestTrace { constructor(i) { this.id = 'trace ' + i; this.spans = ['span ' + i]; } }",
    state: { storage: 'new async_hooks.AsyncLocalStorage()', exitHooks: '[]' },
    keep: '@storage.run(new RequestTrace(i), () => @exitHooks.push(async_hooks.AsyncResource.bind(() => {})));',
    twin: '@storage.run(new RequestTrace(i), () => { @exitHooks.push(async_hooks.AsyncResource.bind(() => {})); @exitHooks.pop(); });',
    class: /^(closure|RequestTrace|AsyncResource|Bound)/,
    known: 'exitHooks',
    words: /^Array /,
    kinds: ['js-heap-leak'],
  },
  {
    name: 'Buffer slices in a Map',
    state: { frames: 'new Map()' },
    keep: '@frames.set(i, Buffer.alloc(20_000, i % 250).subarray(0, 16));',
    twin: '@frames.set(i % 20, Buffer.alloc(20_000, i % 250).subarray(0, 16));',
    class: /^(Buffer|FastBuffer|Uint8Array|ArrayBuffer)$/,
    known: 'frames',
    words: /^Map /,
    kinds: ['external-memory-leak'],
  },
  {
    name: 'slices of long strings in a Map',
    state: { titles: 'new Map()' },
    keep: "@titles.set(i, ('title number ' + i + ' ' + 'y'.repeat(2000) + i).slice(0, 30));",
    twin: "@titles.set(i % 20, ('title number ' + i + ' ' + 'y'.repeat(2000) + i).slice(0, 30));",
    class: /string/,
    known: 'titles',
    words: /^Map /,
    kinds: ['js-heap-leak'],
  },
  {
    name: 'read streams',
    imports: { fs: 'node:fs' },
    state: { opened: 'new Set()' },
    keep: "const stream = fs.createReadStream(process.execPath, { end: 100 }); stream.on('readable', () => stream.read(1)); @opened.add(stream);",
    twin: "const stream = fs.createReadStream(process.execPath, { end: 100 }); stream.resume(); stream.on('close', () => @opened.delete(stream)); @opened.add(stream);",
    requests: 120,
    class: /^ReadStream$/,
    known: 'opened',
    words: /^Set /,
    kinds: ['js-heap-leak', 'fd-leak'],
  },
  {
    name: 'sockets',
    imports: { net: 'node:net' },
    state: { connections: '[]' },
    keep: "const socket = net.connect(Number(process.env.SINK_PORT), '127.0.0.1'); socket.on('error', () => {}); @connections.push(socket);",
    twin: "const socket = net.connect(Number(process.env.SINK_PORT), '127.0.0.1', () => socket.destroy()); socket.on('error', () => {});",
    requests: 120,
    class: /^(Socket|TCP)$/,
    known: 'connections',
    words: /^Array /,
    kinds: ['socket-leak'],
  },
  {
    name: 'message ports',
    imports: { worker_threads: 'node:worker_threads' },
    state: { channels: '[]' },
    keep: "const channel = new worker_threads.MessageChannel(); channel.port1.on('message', () => {}); @channels.push(channel);",
    twin: "const channel = new worker_threads.MessageChannel(); channel.port1.on('message', () => {}); channel.port1.close();",
    requests: 120,
    class: /^(MessageChannel|MessagePort|Object \{port1, port2\})$/,
    known: 'channels',
    words: /^Array /,
    kinds: ['js-heap-leak', 'thread-leak'],
  },
  {
    name: 'labels of metrics',
    imports: { prom: 'prom-client' },
    state: { counter: "new prom.Counter({ name: 'hits', help: 'hits', labelNames: ['path'] })" },
    keep: "@counter.inc({ path: '/orders/' + i });",
    twin: "@counter.inc({ path: '/orders/' + (i % 9) });",
    class: /^Object \{/,
    known: 'hashMap',
    words: /hashMap` of Counter/,
    kinds: ['js-heap-leak'],
  },
  {
    name: 'holder known by a symbol',
    beside: "const kept = Symbol('kept');",
    state: { registry: '{ [kept]: new Map() }' },
    keep: `@registry[kept].set('key ' + i, ${RECORD});`,
    twin: `@registry[kept].set('key ' + (i % 9), ${RECORD});`,
    class: /^Object \{id, body\}$/,
    known: null,
    words: /^Map .*(kept|registry)/,
    kinds: ['js-heap-leak'],
  },
];
