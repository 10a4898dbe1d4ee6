import { fitsInOrder } from '../format/speedscope.ts';
import type { FlameDiffNode, FlameNode, FlameTimeline } from '../model/flame.ts';
import type { FlameUnit } from '../model/weighted-tree.ts';
import { redacted } from '../redact/redact-values.ts';
import { renderFlameHtml } from '../report/render-flame-html.ts';
import { readPageAssets, sha256Base64 } from './write-reports.ts';

/** One flame graph as a page that needs nothing else. */
export async function flamePage(
  title: string,
  detail: string,
  root: FlameNode | FlameDiffNode,
  unit: FlameUnit = 'microseconds',
  timeline: FlameTimeline | null = null,
): Promise<string> {
  const assets = await readPageAssets();
  const inOrder = fitsInOrder(timeline) ? timeline : null;
  const page = redacted({ title, flames: [{ id: 'cpu', title, detail, root, unit }], timeline: inOrder });
  return renderFlameHtml({ ...page, ...assets, sha256Base64 });
}
