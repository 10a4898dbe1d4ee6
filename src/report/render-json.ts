import type { ReportDocument } from '../model/report-document.ts';

/** report.json: the part that programs rely on, names exactly as they were (a lone surrogate leaves as its escape). */
export function renderJson({ report }: ReportDocument): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
