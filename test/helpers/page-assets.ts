import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { PageAssets } from '../../src/report/render-html.ts';

/** The bundles of src/page as the build left them. */
export function pageAssets(): PageAssets {
  return {
    script: readFileSync('dist/src/page/page.bundle.js', 'utf8'),
    style: readFileSync('dist/src/page/page.bundle.css', 'utf8'),
    sha256Base64: (text) => createHash('sha256').update(text).digest('base64'),
  };
}
