import type { LineCase } from './line-case.ts';
import { HTTP_ESM } from './servers.ts';

/** Written in TypeScript; what is run is what the compiler or the bundler made of it. */
const SERVER = `// @ts-nocheck
${HTTP_ESM}`;
const PACKAGE = { 'package.json': '{ "name": "trial", "type": "module" }' };

const ORDER_INDEX = {
  'src/server.ts': SERVER,
  ...PACKAGE,
  'src/lib/routes.ts': `import { OrderIndex } from './order-index.js';
const index = new OrderIndex<string>();
export async function handle(id: number): Promise<{ size: number }> {
  index.put({ number: 'n-' + id, note: 'o'.repeat(70) + id });
  return { size: index.size };
}
`,
  'src/lib/order-index.ts': `interface Order {
  readonly number: string;
  readonly note: string;
}

class Indexed {
  constructor(
    readonly order: Order,
    readonly at: number,
  ) {}
}

export class OrderIndex<Key extends string> {
  readonly #byNumber = new Map<Key, Indexed>();

  get size(): number {
    return this.#byNumber.size;
  }

  /** The newest is kept. */
  put(order: Order): void {
    const key = order.number as Key;
    const indexed: Indexed = new Indexed(order, Date.now());
    this.#byNumber.set(key, indexed); // adds
  }

  drop(key: Key): boolean {
    return this.#byNumber.delete(key);
  }
}
`,
};

const EVENT_BUS = {
  'src/server.ts': SERVER,
  ...PACKAGE,
  'src/lib/routes.ts': `import { bus } from './bus.js';
type Cancelled = { readonly id: number };
export async function handle(id: number): Promise<{ id: number }> {
  const order = { id, lines: ['a', 'b'.repeat(50) + id] };
  bus.whenCancelled((event: Cancelled) => {
    order.lines.push(String(event.id));
  });
  return { id };
}
`,
  'src/lib/bus.ts': `import { EventEmitter } from 'node:events';
type Handler = (event: { readonly id: number }) => void;
class Bus {
  private readonly emitter: EventEmitter;
  constructor(emitter: EventEmitter) {
    this.emitter = emitter;
    this.emitter.setMaxListeners(0);
  }

  whenCancelled(handler: Handler): void {
    this.emitter.on('cancelled', handler); // adds
  }
  forget(handler: Handler): void {
    this.emitter.removeListener('cancelled', handler);
  }
}
export const bus: Bus = new Bus(new EventEmitter());
`,
};

const HISTORY = {
  'src/server.ts': SERVER,
  ...PACKAGE,
  'src/lib/routes.ts': `import { createHistory } from './history.js';
import type { Step } from './history.js';
const history = createHistory<Step>({ max: 1_000_000 });
export async function handle(id: number): Promise<{ steps: number }> {
  const step: Step = { id, name: 'step-' + id, detail: 's'.repeat(60) };
  return { steps: history.add(step) };
}
`,
  'src/lib/history.ts': `export interface Step {
  readonly id: number;
  readonly name: string;
  readonly detail: string;
}
export function createHistory<Item>({ max }: { readonly max: number }) {
  const items: Item[] = [];
  function trim(): void {
    if (items.length > max) items.splice(0, items.length - max);
  }
  return {
    add(item: Item): number {
      items.push(item); // adds
      trim();
      return items.length;
    },
    all: (): readonly Item[] => items,
  };
}
`,
};

const WAITERS = {
  'src/server.ts': SERVER,
  ...PACKAGE,
  'src/lib/routes.ts': `import { Lock } from './lock.js';
const lock = new Lock();
export async function handle(id: number): Promise<{ id: number }> {
  const ticket = { id, text: 't'.repeat(50) + id };
  void lock.acquire().then(() => ticket.text);
  return { id };
}
`,
  'src/lib/lock.ts': `type Waiter = { readonly resolve: () => void; readonly since: number };
export class Lock {
  private waiters: Waiter[] = [];
  private isHeld = true;

  acquire(): Promise<void> {
    if (!this.isHeld) return Promise.resolve();
    return new Promise<void>((resolve) => {
      const waiter: Waiter = { resolve, since: Date.now() };
      this.waiters.push(waiter); // adds
    });
  }

  release(): void {
    this.isHeld = false;
    this.waiters.shift()?.resolve();
  }
}
`,
};

export const BUILT_CASES: readonly LineCase[] = [
  { name: 'ts-order-index', leak: 'a Map in a private field', build: 'typescript', files: ORDER_INDEX, removes: true },
  { name: 'ts-event-bus', leak: 'a listener for each order', build: 'typescript', files: EVENT_BUS, removes: true },
  {
    name: 'ts-history',
    leak: 'an array in a factory, cut at a length far away',
    build: 'typescript',
    files: HISTORY,
    removes: true,
  },
  {
    name: 'ts-waiters',
    leak: 'waiters of a lock that nobody releases',
    build: 'typescript',
    files: WAITERS,
    removes: true,
  },
  {
    name: 'bundle-order-index',
    leak: 'a Map in a private field',
    build: 'bundled-typescript',
    files: ORDER_INDEX,
    removes: true,
  },
  {
    name: 'bundle-event-bus',
    leak: 'a listener for each order',
    build: 'bundled-typescript',
    files: EVENT_BUS,
    removes: true,
  },
  {
    name: 'bundle-history',
    leak: 'an array in a factory, cut at a length far away',
    build: 'bundled-typescript',
    files: HISTORY,
    removes: true,
  },
  {
    name: 'bundle-waiters',
    leak: 'waiters of a lock that nobody releases',
    build: 'bundled-typescript',
    files: WAITERS,
    removes: true,
  },
];
