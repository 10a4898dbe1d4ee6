import { html, type Markup, trusted } from '../markup.ts';

/** What the caller brings along: the bundles of the page room, and a hash, which a pure room does not have. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
  /** SHA-256 of the text as UTF-8, in base64. */
  readonly sha256Base64: (text: string) => string;
}

export interface PageParts {
  readonly title: string;
  readonly body: Markup;
  /** JSON that `scriptJson` made. */
  readonly data: string;
}

/**
 * One file that needs nothing else. The content security policy lets exactly this style and this script in, so that
 * even a hole in the escaping could neither run code nor send anything away.
 */
export function pageShell({ title, body, data }: PageParts, { script, style, sha256Base64 }: PageAssets): string {
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${sha256Base64(script)}'`,
    `style-src 'sha256-${sha256Base64(style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${trusted(style)}</style>
</head>
<body>
${body}
<script type="application/json" id="page-data">${trusted(data)}</script>
<script>${trusted(script)}</script>
</body>
</html>
`.markup;
}
