import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { ReportDocument } from '../model/report-document.ts';
import type { Redacted } from '../redact/redact-values.ts';
import { renderHtml } from '../report/render-html.ts';
import { renderJson } from '../report/render-json.ts';
import { renderJunit } from '../report/render-junit.ts';
import { renderMarkdown } from '../report/render-markdown.ts';
import { renderSarif } from '../report/render-sarif.ts';

/** Writes all forms of a report into its folder (0700, files 0600); returns the path of the page. Throws a ProfilerError (exit 6). */
export async function writeReports(document: Redacted<ReportDocument>, reportDir: string): Promise<string> {
  const { script, style } = await readPageAssets();
  const texts: Readonly<Record<string, string>> = {
    'index.html': renderHtml({ document, script, style, sha256Base64 }),
    'report.md': renderMarkdown(document),
    'report.json': renderJson(document),
    'junit.xml': renderJunit(document),
    'profiler.sarif': renderSarif(document),
  };
  try {
    await mkdir(reportDir, { recursive: true, mode: 0o700 });
    for (const [name, text] of Object.entries(texts)) {
      const path = join(reportDir, name);
      await writeFile(path, text, { mode: 0o600 });
      await chmod(path, 0o600);
    }
  } catch (error) {
    const { message } = error as Error;
    throw new ProfilerError(
      'report-storage',
      EXIT.storage,
      `The report cannot be written: ${message}`,
      'The run itself is safe: profiler report RUN --report-dir ELSEWHERE writes it again.',
    );
  }
  return join(reportDir, 'index.html');
}

/** What runs in the browser, bundled when the package was built. */
export async function readPageAssets(): Promise<{ readonly script: string; readonly style: string }> {
  const read = (name: string): Promise<string> => readFile(new URL(`../page/${name}`, import.meta.url), 'utf8');
  return { script: await read('page.bundle.js'), style: await read('page.bundle.css') };
}

export function sha256Base64(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
