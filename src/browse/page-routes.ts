import { readFile } from 'node:fs/promises';
import type { Reply, Route } from '../serve/page-server.ts';

/** `explore`: snapshots alone; `ui`: runs, and their snapshots. */
export type Mode = 'explore' | 'ui';

/** The page itself, which is the same at every address behind `#`, with its script and style. */
export function pageRoutes(mode: Mode): Route {
  return async ([name = '', ...more]) => {
    if (more.length > 0) return null;
    if (name === '') return { type: 'page', body: pageOf(mode) };
    if (name === 'app.js') return await asset('script', 'browse.bundle.js');
    if (name === 'app.css') return await asset('style', 'browse.bundle.css');
    return null;
  };
}

async function asset(type: 'script' | 'style', name: string): Promise<Reply> {
  return { type, body: await readFile(new URL(`../page/${name}`, import.meta.url), 'utf8') };
}

function pageOf(mode: Mode): string {
  return `<!doctype html>
<html lang="en" data-mode="${mode}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>profiler</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/app.css">
</head>
<body>
<header id="bar"></header>
<main id="view" tabindex="-1"><p class="quiet">Loading</p></main>
<script src="/app.js"></script>
</body>
</html>
`;
}
