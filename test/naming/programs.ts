import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';
import type { HolderCase } from './holders.ts';

/** The files of one generated service, by name; the first is the one to start. */
export type ProgramFiles = Readonly<Record<string, string>>;

const WRITTEN = ['one-file', 'commonjs', 'esm', 'class', 'factory'] as const;
export type Style = (typeof WRITTEN)[number] | `minified-${'esm' | 'class' | 'factory'}`;
/** The minified ones are bundled into one file, with a source map. */
export const STYLES: readonly Style[] = [...WRITTEN, 'minified-esm', 'minified-class', 'minified-factory'];

export const SERVERS = ['http', 'express', 'fastify', 'koa', 'hono'] as const;
export type Server = (typeof SERVERS)[number];
export const OLDEST_NODE: Readonly<Record<Server, number>> = { http: 18, express: 18, koa: 18, fastify: 20, hono: 20 };

interface Parts {
  readonly isEsm: boolean;
  readonly holder: HolderCase;
  readonly body: string;
}

/** A service that keeps something for each request it answers, or, as `twin`, lets it go again. */
export function writeProgram(holder: HolderCase, style: Style, server: Server, twin: boolean): ProgramFiles {
  const written = WRITTEN.find((one) => style === one || style === `minified-${one}`)!;
  const files = writeFiles(holder, written, server, twin);
  return style === written ? files : minified(files);
}

/** What is started is the bundle and its map alone, as in an image. */
function minified(files: ProgramFiles): ProgramFiles {
  const [main] = Object.keys(files);
  const folder = mkdtempSync(join(tmpdir(), 'naming-source-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const { outputFiles } = buildSync({
      absWorkingDir: folder,
      entryPoints: [join(folder, main!)],
      bundle: true,
      minify: true,
      sourcemap: 'linked',
      platform: 'node',
      packages: 'external',
      format: 'cjs',
      outfile: 'server.js',
      write: false,
    });
    const written = outputFiles.map(({ path, text }) => [basename(path), text] as const);
    return Object.fromEntries(written.sort(([a], [b]) => a.length - b.length));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeFiles(holder: HolderCase, style: (typeof WRITTEN)[number], server: Server, twin: boolean): ProgramFiles {
  const isEsm = style === 'esm' || style === 'class';
  const parts: Parts = { isEsm, holder, body: twin ? holder.twin : holder.keep };
  const main = isEsm ? 'main.mjs' : 'main.cjs';
  const store = isEsm ? './store.mjs' : './store.cjs';
  switch (style) {
    case 'one-file':
      return {
        [main]: `${importsOf(parts)}${holder.beside ?? ''}
${variablesOf(holder)}
${serve(server, isEsm, inline(parts))}`,
      };
    case 'commonjs':
    case 'esm': {
      const keep = `function keep(i, app) { ${inline(parts)} }`;
      return {
        [main]: `${bring(isEsm, '{ keep }', store)}\n${serve(server, isEsm, 'keep(i, app);')}`,
        [store.slice(2)]: `${importsOf(parts)}${holder.beside ?? ''}
${variablesOf(holder)}
${isEsm ? `export ${keep}` : `${keep}\nexports.keep = keep;`}`,
      };
    }
    case 'class': {
      const fields = Object.entries(holder.state).map(([name, value]) => `#${name} = ${asField(value)};`);
      return {
        [main]: `import { OrderStore } from './store.mjs';
const store = new OrderStore();
${serve(server, isEsm, 'store.keep(i, app);')}`,
        'store.mjs': `${importsOf(parts)}${holder.beside ?? ''}
export class OrderStore {
  ${fields.join('\n  ')}
  keep(i, app) { ${asField(parts.body)} }
}`,
      };
    }
    case 'factory':
      return {
        [main]: `const { createStore } = require('./store.cjs');
const store = createStore();
${serve(server, isEsm, 'store.keep(i, app);')}`,
        'store.cjs': `${importsOf(parts)}${holder.beside ?? ''}
function createStore() {
  ${variablesOf(holder).replaceAll('\n', '\n  ')}
  return { keep(i, app) { ${inline(parts)} } };
}
exports.createStore = createStore;`,
      };
  }
}

function inline({ body }: Parts): string {
  return body.replaceAll('@', '');
}

function asField(code: string): string {
  return code.replaceAll('@', 'this.#');
}

function variablesOf({ state }: HolderCase): string {
  return Object.entries(state)
    .map(([name, value]) => `let ${name} = ${value.replaceAll('@', '')};`)
    .join('\n');
}

function importsOf({ isEsm, holder }: Parts): string {
  return Object.entries(holder.imports ?? {})
    .map(([name, from]) => `${bring(isEsm, name === 'EventEmitter' ? '{ EventEmitter }' : name, from)}\n`)
    .join('');
}

function bring(isEsm: boolean, what: string, from: string): string {
  return isEsm ? `import ${what} from '${from}';` : `const ${what} = require('${from}');`;
}

/** Tells its port on stdout. */
function serve(server: Server, isEsm: boolean, handle: string): string {
  const listening = 'console.log(server.address().port)';
  switch (server) {
    case 'http':
      return `${bring(isEsm, 'http', 'node:http')}
let served = 0;
const app = {};
const server = http.createServer((request, response) => {
  const i = served++;
  ${handle}
  response.end('ok');
});
server.listen(0, '127.0.0.1', () => ${listening});`;
    case 'express':
      return `${bring(isEsm, 'express', 'express')}
const app = express();
let served = 0;
app.get('/orders', (request, response) => {
  const i = served++;
  ${handle}
  response.send('ok');
});
const server = app.listen(0, '127.0.0.1', () => ${listening});`;
    case 'fastify':
      return `${bring(isEsm, 'fastify', 'fastify')}
const app = fastify();
let served = 0;
app.get('/orders', async () => {
  const i = served++;
  ${handle}
  return 'ok';
});
app.listen({ port: 0, host: '127.0.0.1' }).then(() => console.log(app.server.address().port));`;
    case 'koa':
      return `${bring(isEsm, 'Koa', 'koa')}
const app = new Koa();
let served = 0;
app.use(async (context) => {
  const i = served++;
  ${handle}
  context.body = 'ok';
});
const server = app.listen(0, '127.0.0.1', () => ${listening});`;
    case 'hono':
      return `${bring(isEsm, '{ Hono }', 'hono')}
${bring(isEsm, '{ serve }', '@hono/node-server')}
const app = new Hono();
let served = 0;
app.get('/orders', (context) => {
  const i = served++;
  ${handle}
  return context.text('ok');
});
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => console.log(port));`;
  }
}
