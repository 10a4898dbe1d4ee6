// Runs a k6 script without k6: `node run.mjs SCRIPT ITERATIONS`. The k6 modules are stood in for by those beside this
// file (resolve-k6.mjs maps them), requests are really sent, and what k6 would have measured is printed as JSON.
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';

register('./resolve-k6.mjs', import.meta.url);
globalThis.__ENV = process.env;
const { log } = await import('./k6.mjs');
const script = await import(pathToFileURL(process.argv[2]).href);
const data = script.setup();
for (let iteration = 0; iteration < Number(process.argv[3]); iteration += 1) script.default(data);
process.stdout.write(JSON.stringify({ options: script.options, ...log }), () => process.exit(0));
