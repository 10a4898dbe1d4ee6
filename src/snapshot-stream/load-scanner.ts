import { readFileSync } from 'node:fs';
import { type ScanExports, TextScanner } from '../heap/kernel/text-scanner.ts';

/** The part used here of what every Node has; the type declarations of Node leave it to those of the browser. */
declare const WebAssembly: {
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: unknown };
};

/** A scanner with a memory of its own (1 MB): one serves any number of files that are read in order. */
export function loadScanner(): TextScanner {
  const code = readFileSync(new URL('../heap/kernel/scan.wasm', import.meta.url));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
  return new TextScanner(exports as ScanExports);
}
