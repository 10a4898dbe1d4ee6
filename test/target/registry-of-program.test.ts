import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { type TestContext, test } from 'node:test';
import vm from 'node:vm';
import { installIn } from '../../src/target/target-registry.ts';
import { eachBroken } from '../helpers/broken-language.ts';

type TimersModule = Pick<typeof import('node:timers'), 'setInterval' | 'clearInterval'>;

const real = createRequire(import.meta.url);
const KEY = Symbol.for('soak-profiler');
const PORT = 9_229;
const OWN = '   1: 0100007F:240D 0100007F:A1B2 01 00000000:00000000 00:00000000 00000000     0        0 1 1\n';
/** Another port, another state, and a port at the far end. */
const OTHERS = [
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
  '   0: 0100007F:240D 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1',
  '   2: 0100007F:0BB8 0100007F:240D 01 00000000:00000000 00:00000000 00000000     0        0 1 1',
  '   3: 0100007F:A40D 0100007F:0BB8 01 00000000:00000000 00:00000000 00000000     0        0 1 1',
  '',
].join('\n');

/** A program in a realm of its own that a tool attaches to. */
class Program {
  readonly timers: { -readonly [Name in keyof TimersModule]: TimersModule[Name] };
  readonly running = new Set<NodeJS.Timeout>();
  readonly listeners = new Set<unknown>();
  table = OTHERS + OWN;
  isOpen = false;
  readonly realm: vm.Context;

  constructor(t: TestContext) {
    const start = ((run: () => void, ms: number) => {
      const timer = setInterval(run, ms);
      this.running.add(timer);
      return timer;
    }) as typeof setInterval;
    const stop = ((timer: NodeJS.Timeout) => {
      clearInterval(timer);
      this.running.delete(timer);
    }) as typeof clearInterval;
    this.timers = { setInterval: start, clearInterval: stop };
    t.after(() => this.running.forEach(stop));
    const end = (): void => {
      this.isOpen = false;
    };
    const inspector = {
      url: () => (this.isOpen ? `ws://127.0.0.1:${PORT}/0f` : undefined),
      close: end,
      Session: class {
        connect(): void {}
        post(): void {}
        disconnect(): void {}
      },
    };
    const modules: Record<string, unknown> = {
      'node:timers': this.timers,
      'node:inspector': inspector,
      'node:fs': { ...real('node:fs'), readFileSync: (path: string) => (path.endsWith('tcp') ? this.table : OTHERS) },
    };
    this.realm = vm.createContext({
      require: (name: string) => modules[name],
      process: {
        hrtime: process.hrtime,
        cpuUsage: process.cpuUsage,
        debugPort: 1,
        _debugEnd: end,
        kill() {},
        getMaxListeners: () => 0,
        listenerCount: () => 0,
        on: (_event: string, listener: unknown) => this.listeners.add(listener),
        off: (_event: string, listener: unknown) => this.listeners.delete(listener),
      },
    });
  }

  attach(): void {
    this.isOpen = true;
    const owner = { pid: 1, startTicks: 1, pidNamespace: '' };
    const request = { owner, openedByUs: true, debugPort: PORT, tickMs: 3_600_000, tickLimit: 10 };
    vm.runInContext(installIn(request), this.realm);
  }

  /** What the tool and the watchdog both call, found by the host: the program may have broken what it is found by. */
  get registry(): { close(own: number): number | undefined; readonly cleanups: Map<string, () => void> } {
    return (vm.runInContext('globalThis', this.realm) as Record<symbol, never>)[KEY]!;
  }
}

test('whatever the program takes away after the attach, the inspector is closed and nothing stays', (t) => {
  const program = new Program(t);
  const failures: string[] = [];
  let undone = 0;
  let attached = 0;
  eachBroken(
    program.realm,
    (what) => {
      try {
        program.registry.close(1);
      } catch (error) {
        failures.push(`${what}: ${error}`);
      }
      if (program.isOpen || program.running.size > 0) failures.push(`${what}: it stays`);
    },
    () => {
      program.attach();
      attached += 1;
      program.registry.cleanups.set('probe', () => {
        undone += 1;
      });
    },
  );
  assert.deepEqual(failures, []);
  assert.ok(attached > 500, `${attached} things were taken away`);
  assert.equal(undone, attached);
});

test('an attach that fails leaves no timer and no listener', (t) => {
  for (const fault of [
    'throw-in-timers',
    'Object.prototype.get = undefined',
    'Object.defineProperty = () => { throw new Error("no") }',
  ]) {
    const program = new Program(t);
    if (fault === 'throw-in-timers') {
      program.timers.setInterval = (() => {
        throw new Error('no intervals');
      }) as unknown as typeof setInterval;
    } else {
      vm.runInContext(fault, program.realm);
    }
    assert.throws(() => program.attach(), fault);
    assert.deepEqual([program.running.size, program.listeners.size], [0, 0], fault);
  }
});

test('fake timers that came after the attach keep no timer of ours', (t) => {
  const program = new Program(t);
  program.attach();
  assert.equal(program.running.size, 1);
  Object.assign(program.timers, { setInterval: () => ({}), clearInterval: () => {} });
  program.registry.close(1);
  assert.equal(program.running.size, 0);
  assert.equal(program.isOpen, false);
});

test('the connections to its own port are counted, not those of others', (t) => {
  const program = new Program(t);
  program.attach();
  assert.equal(program.registry.close(0), 1);
  assert.equal(program.isOpen, true);
  program.table = OTHERS + OWN + OWN;
  assert.equal(program.registry.close(1), 2);
  program.table = OTHERS;
  assert.equal(program.registry.close(0), undefined);
  assert.equal(program.isOpen, false);
});
