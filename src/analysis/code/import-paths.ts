/** Which script of a run another one means by `./store.js` or `some-package`. */
export class ImportPaths {
  readonly #byPath: ReadonlyMap<string, number>;

  constructor(urls: readonly string[]) {
    this.#byPath = new Map(urls.map((url, index) => [pathOf(url), index]));
  }

  /** Null for Node's own modules and for what is not there. */
  resolve(specifier: string, fromUrl: string): number | null {
    const folder = pathOf(fromUrl).replace(/\/[^/]*$/, '');
    if (/^\.{1,2}(?:\/|$)|^\//.test(specifier)) return this.#fileAt(joined(folder, specifier));
    if (specifier.startsWith('#') || specifier.startsWith('node:')) return null;
    for (let at = folder; ; at = at.replace(/\/[^/]*$/, '')) {
      const found = this.#inPackage(`${at}/node_modules/${specifier}`);
      if (found !== null) return found;
      if (!at.includes('/')) return null;
    }
  }

  #fileAt(path: string): number | null {
    for (const ending of ENDINGS) {
      const found = this.#byPath.get(`${path}${ending}`);
      if (found !== undefined) return found;
    }
    // What is written as `./store.js` is `store.ts` where Node runs TypeScript.
    return this.#byPath.get(path.replace(/js$/, 'ts')) ?? null;
  }

  #inPackage(path: string): number | null {
    const name = path.split('/').at(-1)!;
    for (const main of [
      '',
      '/index',
      '/lib/index',
      '/dist/index',
      '/src/index',
      `/${name}`,
      `/lib/${name}`,
      `/dist/${name}`,
    ]) {
      const found = this.#fileAt(`${path}${main}`);
      if (found !== null) return found;
    }
    return null;
  }
}

const ENDINGS = [
  '',
  '.js',
  '.cjs',
  '.mjs',
  '.ts',
  '.cts',
  '.mts',
  '/index.js',
  '/index.cjs',
  '/index.mjs',
  '/index.ts',
];

export function pathOf(url: string): string {
  const path = url.replace(/^file:\/\//, '').replaceAll('\\', '/');
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

function joined(folder: string, specifier: string): string {
  const parts = specifier.startsWith('/') ? [] : folder.split('/');
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
