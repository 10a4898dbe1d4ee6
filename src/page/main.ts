import type { PageData } from '../model/page-data.ts';
import { mountCharts } from './charts.ts';
import { followSections } from './current-section.ts';
import { mountFlames } from './flames.ts';
import { mountKeys } from './keys.ts';
import { mountSearch } from './search.ts';

// What stands in the page is complete without this script; it adds charts, flame graphs, search and keys.
const data = JSON.parse(document.getElementById('page-data')?.textContent ?? 'null') as PageData | null;
if (data) {
  mountCharts(data);
  mountKeys(mountSearch(mountFlames(data.flames)));
  followSections();
  document.documentElement.dataset.ready = 'true';
}
