// Starts a load, says who drives it, and waits to be killed.
import { startLoad } from '../../src/load/load-client.ts';
import { scenarioOf } from './target.ts';

const load = await startLoad({
  scenario: scenarioOf('{ model: open, rate: 100/s }', '  - request: { path: /ok }'),
  baseUrl: process.argv[2],
  seed: 1,
  intervalMs: 100,
});
await load.start();
setTimeout(() => process.send?.({ pid: load.pid }), 300);
