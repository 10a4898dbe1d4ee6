/** Path of a script as the target sees it, with `/`: of `file:///srv/a%20b.js`, `/srv/a b.js` and `C:\srv\a.js`. Other URLs stay as they are. */
export function scriptPath(url: string): string {
  if (!url.startsWith('file://')) return url.replaceAll('\\', '/');
  const path = url.slice('file://'.length);
  try {
    // `file:///C:/a.js` is `C:/a.js`.
    return decodeURIComponent(path).replace(/^\/(?=[A-Za-z]:)/, '');
  } catch {
    return path;
  }
}

/** `path` as seen from the folder `root`: `src/a.ts`, or `../shared/b.ts` for what lies beside it. */
export function relativePath(root: string, path: string): string {
  const from = partsOf(root);
  const to = partsOf(path);
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) shared += 1;
  // Nothing in common but the file system's root: a relative path would only be longer.
  if (shared === 0) return path;
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/');
}

/** Name of the innermost package in `node_modules` that a path lies in: `pg`, `@scope/name`; null outside of any. */
export function packageInPath(path: string): string | null {
  const inside = path
    .split(/(?:^|\/)node_modules\//)
    .slice(1)
    .at(-1);
  return inside === undefined ? null : (/^(@[^/]+\/[^/]+|[^/@][^/]*)/.exec(inside)?.[0] ?? null);
}

function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts;
}
