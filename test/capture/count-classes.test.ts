import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countClasses } from '../../src/capture/count-classes.ts';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { measureRoundTrip } from '../../src/capture/measure-cost.ts';
import { startInspected } from './inspected-child.ts';

const SERVICE = `
class Order { constructor(i) { this.number = i; } }
class Rush extends Order {}
globalThis.orders = Array.from({ length: 400 }, (_, i) => new Order(i));
Object.defineProperty(Order.prototype, 'constructor', { get() { throw new Error('touched'); } });
globalThis.proxy = new Proxy({}, { getPrototypeOf() { throw new Error('trapped'); } });
globalThis.add = (n) => { for (let i = 0; i < n; i++) orders.push(new Rush(i)); };
class Plain { constructor(i) { this.i = i; } }
globalThis.plain = Array.from({ length: 250 }, (_, i) => new Plain(i));
setInterval(() => {}, 1000);
console.log('ready');
`;

test('live objects are counted by class without touching the program, garbage is not', async (t) => {
  const { session } = await startInspected(t, SERVICE);
  const measure = measureRoundTrip(createHostClock());
  const countOf = async (name: string): Promise<number> =>
    (await countClasses(session, measure)).value.find((each) => each.class === name)?.count ?? 0;
  assert.equal(await countOf('Plain'), 250);
  await session.evaluate('add(1000); plain.length = 100; undefined');
  assert.equal(await countOf('Plain'), 100);
  assert.ok((await countOf('Rush')) >= 1000);
});
