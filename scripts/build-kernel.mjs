// Compiles the scanner of heap snapshots (AssemblyScript) to WebAssembly, beside the compiled code that loads it.
import { mkdirSync } from 'node:fs';
import { main } from 'assemblyscript/asc';

const SOURCE = 'src/heap/kernel/assembly/scan.ts';
const TARGET = 'dist/src/heap/kernel/scan.wasm';
/** Room for a window of text and the numbers in it: see text-scanner.ts. */
const PAGES = 16;

mkdirSync('dist/src/heap/kernel', { recursive: true });
const { error, stderr } = await main([
  SOURCE,
  ...['--outFile', TARGET, '-O3', '--runtime', 'stub', '--noAssert', '--enable', 'simd'],
  ...['--initialMemory', String(PAGES), '--maximumMemory', String(PAGES)],
]);
if (error) {
  process.stderr.write(stderr.toString());
  throw error;
}
