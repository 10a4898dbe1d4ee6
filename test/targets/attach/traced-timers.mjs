// A program whose timers are traced: what it does before each callback takes a while, so that whoever comes in between
// Node's look at a timer's callback and the call of it is most likely to.
import { createHook } from 'node:async_hooks';

const timers = new Set();
createHook({
  init(asyncId, type) {
    if (type === 'Timeout') timers.add(asyncId);
  },
  before(asyncId) {
    if (!timers.has(asyncId)) return;
    const untilMs = performance.now() + 10;
    while (performance.now() < untilMs) JSON.stringify({ asyncId });
  },
}).enable();
setInterval(() => {}, 1_000);
console.log('ready 0');
