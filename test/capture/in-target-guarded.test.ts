import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { type TestContext, test } from 'node:test';
import vm from 'node:vm';
import { findCaller } from '../../src/capture/in-target/query/find-caller.ts';
import type { TargetQueryProbe } from '../../src/capture/in-target/query/target-query-probe.ts';
import type { TargetProbe } from '../../src/capture/in-target/runtime/target-runtime-probe.ts';
import { callScript, type InTargetScript } from '../../src/capture/in-target-code.ts';
import { eachBroken, fail } from '../helpers/broken-language.ts';

type Anything = (...words: unknown[]) => unknown;

/** A realm of its own, whose globals can be broken one by one while the test itself goes on. */
class Program {
  /** What the probes handed to Node for it to call: subscribers, observers, timers. */
  readonly handed: Anything[] = [];
  readonly modules: Record<string, { exports: unknown }> = {};
  readonly process = { hrtime: (): unknown => [1, 2], env: {} };
  readonly home: {
    cleanups: Map<string, () => void>;
    probe?: TargetProbe;
    queries?: TargetQueryProbe;
  } = { cleanups: new Map() };
  readonly #realm = vm.createContext({ process: this.process, [Symbol.for('soak-profiler')]: this.home });
  readonly #real = createRequire(import.meta.url);

  constructor(t: TestContext) {
    t.after(() => {
      for (const undo of this.home.cleanups.values()) undo();
    });
  }

  install(script: InTargetScript, exported: string, options: object): { unavailable: string[] } {
    const require = (name: string): unknown =>
      name === 'node:module' ? { _cache: this.modules } : this.#recording(this.#real(name));
    Object.assign(this.#realm, { require });
    return vm.runInContext(callScript(script, exported, options), this.#realm);
  }

  /** Whatever function goes into a module of Node is remembered. */
  #recording(value: unknown): unknown {
    if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return value;
    const note = (words: unknown[]): unknown[] => {
      for (const word of words) if (typeof word === 'function') this.handed.push(word as Anything);
      return words.map((word) => this.#original(word));
    };
    return new Proxy(value, {
      get: (target, key) => this.#recording(Reflect.get(target, key)),
      apply: (target, self, words) =>
        this.#remember(Reflect.apply(target as Anything, this.#original(self), note(words))),
      construct: (target, words) => this.#remember(Reflect.construct(target as never, note(words))) as object,
    });
  }

  readonly #originals = new WeakMap<object, object>();

  #original(value: unknown): unknown {
    return typeof value === 'object' && value !== null ? (this.#originals.get(value) ?? value) : value;
  }

  #remember(original: unknown): unknown {
    const proxy = this.#recording(original);
    if (typeof proxy === 'object' && proxy !== null) this.#originals.set(proxy, original as object);
    return proxy;
  }

  eachBroken(action: (what: string) => void): void {
    eachBroken(this.#realm, action);
  }
}

const THROWING = new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail });
/** What a program, or another tool in it, may publish where Node publishes, and what no list of entries looks like. */
const HOSTILE: readonly unknown[][] = [
  [],
  [undefined],
  [null],
  [{}],
  [{ request: {} }],
  [{ request: {}, response: 'id-1' }],
  [{ request: null, response: {} }],
  [{ request: THROWING, response: {} }],
  [THROWING],
  [{ getEntries: fail }],
  [{ getEntries: () => 5 }],
  [{ getEntries: () => [null, THROWING, { duration: 1n, detail: { kind: 4 } }] }],
];
const REQUEST = { request: { method: 'GET', url: '/a' }, response: {} };
const USUAL: readonly unknown[][] = [[REQUEST], [{ getEntries: () => [{ duration: 1, detail: { kind: 4 } }] }]];

test('nothing that the probes hand to Node throws, whatever is published and whatever the program takes away', (t) => {
  const program = new Program(t);
  const installed = program.install('runtime-probe', 'installProbe', { httpProbes: true });
  program.home.probe?.beginStallWatch(1);
  program.install('query-probe', 'installQueryProbe', { slowMs: 100 });
  assert.deepEqual([...installed.unavailable], []);
  // Two subscribers of each probe, the observer of collections, the timer and the subscriber of a stall watch.
  assert.equal(program.handed.length, 7);
  const failures = new Set<string>();
  const callAll = (what: string, words: readonly (readonly unknown[])[]): void => {
    for (const callback of program.handed) {
      for (const each of words) {
        try {
          callback(...each);
        } catch (error) {
          failures.add(`${what}: ${error}`);
        }
      }
    }
  };
  callAll('hostile messages', HOSTILE);
  program.eachBroken((what) => callAll(what, USUAL));
  assert.deepEqual([...failures], []);

  // What was taken away after the installation is not needed to go on counting.
  const before = program.home.probe!.sample().requests!.served;
  program.process.hrtime = fail;
  callAll('clock', [[{ request: REQUEST.request, response: {} }]]);
  assert.deepEqual([...failures], []);
  assert.ok(program.home.probe!.sample().requests!.served > before);
});

const ROWS = { rows: [1], rowCount: 1 };
const SQL = 'select $1';

class Client {
  readonly heard: unknown[] = [];
  connect(): void {}
  end(): void {}
  _handleReadyForQuery(): void {}
  query(...words: unknown[]): unknown {
    this.heard.push(words[0]);
    const config = words[0] as { callback?: Anything; values?: unknown } | string;
    const own = typeof config === 'string' ? null : { ...config };
    const callback = (words.find((word) => typeof word === 'function') ?? own?.callback) as Anything | undefined;
    // As what copies a config finds it: an inherited text is no text.
    if (own && !('text' in own)) throw new Error('no text in the copy');
    if (typeof config !== 'string') void config.values;
    if (!callback) return Promise.resolve(ROWS);
    callback(null, ROWS);
    return undefined;
  }
}

class Pool {
  readonly options = { max: 1 };
  readonly client = new Client();
  newClient(): void {}
  _pulseQueue(): void {}
  connect(callback?: Anything): unknown {
    if (!callback) return Promise.resolve(this.client);
    return void callback(null, this.client);
  }
  query(text: unknown, callback: Anything): void {
    this.connect((_error, client) => (client as Client).query(text, callback));
  }
}

/** A value behind a getter that only the object itself can read. */
class Statement {
  readonly #values = [1];
  readonly text = SQL;
  readonly callback: Anything;
  constructor(callback: Anything) {
    this.callback = callback;
  }
  get values(): unknown {
    return this.#values;
  }
}

/** Each form of a query: the config that must arrive as it is, and whether the callback was called once. */
function queriesOf(pool: Pool): readonly [name: string, ask: (callback: Anything) => unknown, config: unknown][] {
  const { client } = pool;
  const forms: [string, (callback: Anything) => unknown, unknown][] = [
    ['text', (callback) => client.query(SQL, callback), SQL],
    ['values', (callback) => client.query(SQL, [1], callback), SQL],
    ['pool', (callback) => pool.query(SQL, callback), SQL],
    ['pool client', (callback) => pool.connect((_, own) => (own as Client).query(SQL, callback)), SQL],
  ];
  const configs: [string, (callback: Anything) => object][] = [
    ['config', (callback) => ({ text: SQL, values: [1], callback })],
    ['frozen config', (callback) => Object.freeze({ text: SQL, callback })],
    ['object with private fields', (callback) => new Statement(callback)],
  ];
  return [
    ...forms,
    ...configs.map(([name, make]): [string, (callback: Anything) => unknown, unknown] => {
      let config: { callback?: unknown } | null = null;
      return [
        name,
        (callback) => {
          config = make(callback);
          client.query(config);
          assert.equal(client.heard.at(-1), config, `${name}: the very object`);
          assert.equal(config.callback, callback, `${name}: as it was`);
        },
        null,
      ];
    }),
  ];
}

test('a query goes its way as the program asked it, whatever the program takes away', async (t) => {
  const program = new Program(t);
  program.modules['/app/node_modules/pg/lib/client.js'] = { exports: Client };
  program.modules['/app/node_modules/pg-pool/index.js'] = { exports: Pool };
  const own = [Client.prototype.query, Pool.prototype.query, Pool.prototype.connect];
  program.install('query-probe', 'installQueryProbe', { slowMs: 100 });
  assert.notEqual(Client.prototype.query, own[0]);
  const pool = new Pool();
  const failures = new Set<string>();
  const ask = (what: string): void => {
    for (const [name, query, config] of queriesOf(pool)) {
      const answers: unknown[][] = [];
      const asked = pool.client.heard.length;
      try {
        query((...results) => void answers.push(results));
        assert.deepEqual(answers, [[null, ROWS]], 'called back once');
        assert.equal(pool.client.heard.length, asked + 1, 'asked once');
        if (config !== null) assert.equal(pool.client.heard.at(-1), config);
      } catch (error) {
        failures.add(`${what}, ${name}: ${error}`);
      }
    }
  };
  ask('nothing broken');
  assert.deepEqual([...failures], []);
  const [statement] = program.home.queries!.report().statements;
  assert.equal(statement?.calls, 7);
  // All but that of the frozen config, whose end is not heard of.
  assert.equal(statement.rows, 6);

  program.eachBroken(ask);
  const clock = program.process.hrtime;
  program.process.hrtime = fail;
  ask('clock');
  program.process.hrtime = clock;
  assert.deepEqual([...failures], []);
  assert.equal(await pool.client.query(SQL), ROWS);
  assert.equal(await pool.connect(), pool.client);
  program.home.queries?.remove();
  assert.deepEqual([Client.prototype.query, Pool.prototype.query, Pool.prototype.connect], own);
});

test('a program without weak references is not followed', (t) => {
  const program = new Program(t);
  program.eachBroken((what) => {
    if (what !== 'WeakRef') return;
    const { unavailable } = program.install('runtime-probe', 'installProbe', { httpProbes: true });
    assert.deepEqual([...unavailable], ['requests']);
  });
});

test('what listens to the settings of stacks is never written to: stacks stay what the program makes of them', () => {
  // As stack-chain does: whoever sets a formatter replaces that of the program.
  for (const name of ['prepareStackTrace', 'stackTraceLimit'] as const) {
    const before = Object.getOwnPropertyDescriptor(Error, name);
    const given: unknown[] = [];
    let site: unknown;
    try {
      Object.defineProperty(Error, name, {
        configurable: true,
        get: () => (name === 'stackTraceLimit' ? 10 : undefined),
        set: (value) => given.push(value),
      });
      site = findCaller(() => {});
    } finally {
      if (before) Object.defineProperty(Error, name, before);
      else delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
    }
    assert.deepEqual([given, site], [[], null], name);
  }
  const site = (function query() {
    return findCaller(query);
  })();
  assert.ok(site?.url.includes('in-target-guarded'), 'usual settings tell the caller');
  assert.equal(typeof new Error('as before').stack, 'string');
});
