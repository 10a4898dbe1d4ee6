/** All modules of k6 are one file here. A script that ends in .js is a module, as it is to k6. */
export async function resolve(specifier, context, next) {
  return /^k6(\/|$)/.test(specifier)
    ? { url: new URL('./k6.mjs', import.meta.url).href, shortCircuit: true }
    : next(specifier, context);
}

export async function load(url, context, next) {
  return next(url, url.endsWith('.k6.js') ? { ...context, format: 'module' } : context);
}
