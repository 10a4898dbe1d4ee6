import { printableLines } from '../model/printable.ts';
import type { ReportDocument } from '../model/report-document.ts';

/** report.json: the part that programs rely on, names exactly as they were (what a terminal would act on leaves as its escape). */
export function renderJson({ report }: ReportDocument): string {
  return `${printableLines(JSON.stringify(report, null, 2))}\n`;
}
