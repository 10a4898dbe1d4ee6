import type { PageData } from '../model/page-data.ts';
import { mountCharts } from './charts.ts';
import { mountCopy } from './copy.ts';
import { followSections } from './current-section.ts';
import { mountEditorLinks } from './editor-links.ts';
import { mountFlames, mountFlameWindows } from './flames.ts';
import { mountKeys } from './keys.ts';
import { mountSearch } from './search.ts';
import { TimeSelection } from './time-selection.ts';

// The page is complete without this script; it adds charts, flame graphs, search and keys.
const data = JSON.parse(document.getElementById('page-data')?.textContent ?? 'null') as PageData | null;
if (data) {
  const time = new TimeSelection();
  mountCharts(data, time);
  mountKeys(mountSearch(mountFlames(data.flames) ?? mountFlameWindows(data.windows, time)));
  mountCopy();
  if (data.editor !== undefined) mountEditorLinks(data.editor);
  followSections();
  document.documentElement.dataset.ready = 'true';
}
