import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolders } from '../files/output-place.ts';
import { ownCommand } from '../files/own-command.ts';
import { shownPath } from '../files/shown-path.ts';
import { writeAllAtomically } from '../files/write-atomically.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { findingPage } from '../model/finding-catalogue.ts';
import type { ReportDocument } from '../model/report-document.ts';
import { shellWord } from '../model/shell-word.ts';
import type { Redacted } from '../redact/redact-values.ts';
import { renderHtml } from '../report/render-html.ts';
import { renderJson } from '../report/render-json.ts';
import { renderJunit } from '../report/render-junit.ts';
import { renderMarkdown } from '../report/render-markdown.ts';
import { renderPullRequestComment } from '../report/render-pull-request-comment.ts';
import { renderSarif } from '../report/render-sarif.ts';
import { editorLinks } from './editor-option.ts';
import { checkReportPlace, type ReportFile } from './report-place.ts';

export interface ReportPlaces {
  readonly runDir: string;
  readonly reportDir: string;
  /** All of it in report.md, too, which else holds the answer in at most 60 lines. */
  readonly full: boolean;
  /** As `editorTemplate` gives it: lines of the page are links into the editor. */
  readonly editor?: string | null;
}

/**
 * Writes all forms of a report into its folder (0700, files 0600), all of them or, when the disk refuses, none; returns the
 * path of the page. Throws a ProfilerError: as `checkReportPlace`, or exit 6.
 */
export async function writeReports(
  document: Redacted<ReportDocument>,
  { runDir, reportDir, full, editor = null }: ReportPlaces,
): Promise<string> {
  const { script, style } = await readPageAssets();
  const explanations = await readExplanations(document.report.findings.map(({ kind }) => findingPage(kind)));
  // First the one by which the folder is known as a report.
  const texts: Readonly<Record<ReportFile, string>> = {
    'report.json': renderJson(document),
    'index.html': renderHtml({
      document,
      explanations,
      editor: await editorLinks(editor, runDir),
      script,
      style,
      sha256Base64,
    }),
    'report.md': full
      ? renderMarkdown(document)
      : renderPullRequestComment(document, `${ownCommand()} report ${shellWord(shownPath(runDir))} --full`),
    'junit.xml': renderJunit(document),
    'profiler.sarif': renderSarif(document),
  };
  checkReportPlace(reportDir);
  try {
    makeFolders(reportDir);
    await writeAllAtomically(
      Object.entries(texts).map(([name, content]) => ({ path: join(reportDir, name), content })),
    );
  } catch (error) {
    if (!(error instanceof ProfilerError)) throw error;
    throw new ProfilerError(
      'report-storage',
      EXIT.storage,
      `The report was not written: ${error.message}`,
      `${error.hint}\nWhat was recorded is in the run folder. Write the report from it: profiler report ${shellWord(shownPath(runDir))} --report-dir ELSEWHERE`,
      { cause: error },
    );
  }
  return join(reportDir, 'index.html');
}

/** Pages of the docs by their path in the package. One that is missing is left out: the report names it instead. */
async function readExplanations(pages: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const read = await Promise.all(
    [...new Set(pages)].map(async (page): Promise<readonly (readonly [string, string])[]> => {
      const text = await readFile(new URL(`../../../${page}`, import.meta.url), 'utf8').catch(() => null);
      return text === null ? [] : [[page, text]];
    }),
  );
  return new Map(read.flat());
}

/** What runs in the browser, bundled when the package was built. */
export async function readPageAssets(): Promise<{ readonly script: string; readonly style: string }> {
  const read = (name: string): Promise<string> => readFile(new URL(`../page/${name}`, import.meta.url), 'utf8');
  return { script: await read('page.bundle.js'), style: await read('page.bundle.css') };
}

export function sha256Base64(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
