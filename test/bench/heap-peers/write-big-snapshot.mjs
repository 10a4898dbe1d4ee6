// Writes a heap snapshot of a live program with the mix of a service's heap: class instances, closures, Maps, Sets,
// strings of several kinds, arrays, typed arrays, WeakMaps, listeners, and a planted leak.
//   node write-big-snapshot.mjs FILE [UNITS]      80,000 units are about 300 MB, 3.6 million nodes on Node 20
import { EventEmitter } from 'node:events';
import { writeHeapSnapshot } from 'node:v8';

const [file, units = '80000'] = process.argv.slice(2);

class LineItem {
  constructor(seed) {
    this.sku = `sku-${seed % 5000}`;
    this.quantity = (seed % 7) + 1;
    this.price = seed * 1.01;
    this.notes = [seed, `note ${seed}`];
  }
}

class Order {
  constructor(seed) {
    this.id = `order-${seed}`;
    this.customer = {
      name: `customer ${seed % 900}`,
      address: { street: `${seed} Main Street`, city: `City ${seed % 50}` },
    };
    this.items = [new LineItem(seed), new LineItem(seed + 1), new LineItem(seed + 2)];
    this.createdAt = new Date(seed);
    this.total = () => this.items.reduce((sum, item) => sum + item.price * item.quantity, 0);
  }
}

class LeakedRequestContext {
  constructor(seed) {
    this.requestId = `request-${seed}`;
    this.headers = { host: 'localhost', 'x-request-id': this.requestId };
  }
}

class AuditTrail {
  constructor() {
    this.pendingRequests = new Map();
  }
}

const store = {
  orders: new Map(),
  byCustomer: {},
  seen: new Set(),
  meta: new WeakMap(),
  bus: new EventEmitter(),
  trail: new AuditTrail(),
  texts: [],
  buffers: [],
};
store.bus.setMaxListeners(0);

for (let seed = 0; seed < Number(units); seed++) {
  const order = new Order(seed);
  store.orders.set(order.id, order);
  if (seed % 4 === 0) store.byCustomer[order.id] = { order, tags: ['a', `b${seed}`] };
  if (seed % 3 === 0) store.seen.add({ order: order.id, at: { second: seed } });
  if (seed % 50 === 0) store.meta.set(order, { touched: `at ${seed}` });
  if (seed % 20 === 0) store.bus.on('change', () => order);
  if (seed % 2 === 0)
    store.texts.push(`${order.id}${'x'.repeat(40)}${seed}`, `${order.id}-long`.slice(2, 20), `größe ${seed} ✓`);
  if (seed % 200 === 0) store.buffers.push(new Float64Array(16), Buffer.alloc(64));
  if (seed % 5 === 0) store.trail.pendingRequests.set(seed, new LeakedRequestContext(seed));
}
globalThis.store = store;
writeHeapSnapshot(file);
