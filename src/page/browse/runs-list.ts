import type { RunEntry } from '../../model/run-pages.ts';
import { formatCount, formatDuration } from '../../model/units.ts';
import { h } from '../h.ts';
import { ask } from './api.ts';
import { type Cell, counted, grid, NUMBER, TEXT } from './grid.ts';
import { addressOf, heading, link, type View, type ViewContext } from './view.ts';

const CHOSEN = 2;

/** All runs, newest first: what came out, of which service, when, how long. Two of them can be chosen for comparing. */
export async function runsView({ signal }: ViewContext): Promise<View> {
  const runs = await ask<readonly RunEntry[]>('runs', {}, signal);
  const chosen: string[] = [];
  const compare = h('button', { type: 'button', disabled: true }, 'Compare two runs');
  const filter = h('input', { type: 'search', placeholder: 'Filter runs', 'aria-label': 'Filter runs' });
  const place = h('div', {});
  const choose = (key: string, on: boolean): void => {
    chosen.splice(0, chosen.length, ...chosen.filter((one) => one !== key), ...(on ? [key] : []));
    compare.disabled = chosen.length !== CHOSEN;
  };
  compare.addEventListener('click', () => {
    // The earlier one first.
    const pair = runs.filter(({ key }) => chosen.includes(key)).map(({ key }) => key);
    location.hash = addressOf(['compare', ...pair.reverse()]);
  });
  const paint = (): void => {
    const wanted = filter.value.toLowerCase();
    const fitting = runs.filter((run) => textOf(run).includes(wanted));
    const rows = fitting.map((run) => rowOf(run, chooser(run, chosen, choose)));
    const columns = [
      TEXT('Run'),
      TEXT('Result'),
      NUMBER('Findings'),
      TEXT('Service'),
      TEXT('Started'),
      NUMBER('Length'),
      NUMBER('Snapshots'),
      TEXT('Compare'),
    ];
    const none = h('p', { class: 'quiet' }, 'No run fits.');
    place.replaceChildren(
      fitting.length > 0 ? grid(`${counted(fitting.length, 'run')}, newest first`, columns, rows) : none,
    );
  };
  filter.addEventListener('input', paint);
  paint();
  return {
    title: 'Runs',
    nodes: [heading('Runs'), h('div', { class: 'tools' }, filter, compare), place],
  };
}

function rowOf(run: RunEntry, choice: HTMLElement): Cell[] {
  const { key, id, findings, target, startWallMs, durationMs, plannedMs, snapshots, state } = run;
  const length = durationMs ?? plannedMs;
  return [
    state === 'unreadable' ? id : link(id, ['run', key]),
    result(run),
    state === 'reported' ? formatCount(findings) : '',
    target,
    startWallMs > 0 ? formatStart(startWallMs) : '',
    length > 0 ? `${durationMs === null ? 'planned ' : ''}${formatDuration(length)}` : '',
    formatCount(snapshots),
    choice,
  ];
}

/** What came out, in a word and a colour. */
export function result({ state, verdict, reason }: RunEntry): HTMLElement {
  if (state === 'recording') return h('span', { class: 'status' }, 'RECORDING');
  if (state === 'unreadable') return h('span', { class: 'status unknown' }, `UNREADABLE: ${reason ?? ''}`);
  if (verdict === null) return h('span', { class: 'quiet' }, 'no report');
  const status = verdict === 'inconclusive' ? 'unknown' : verdict;
  const words = { pass: 'PASSED', fail: 'FAILED', inconclusive: 'INCONCLUSIVE' }[verdict];
  return h('span', { class: `status ${status}` }, words);
}

export function formatStart(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function chooser(
  { key, id, state }: RunEntry,
  chosen: readonly string[],
  choose: (key: string, on: boolean) => void,
): HTMLElement {
  if (state === 'unreadable') return h('span', {});
  const box = h('input', { type: 'checkbox', 'aria-label': `Compare ${id}`, checked: chosen.includes(key) });
  box.addEventListener('change', () => choose(key, box.checked));
  return box;
}

function textOf({ id, target, scenario, verdict, state }: RunEntry): string {
  return `${id} ${target} ${scenario ?? ''} ${verdict ?? ''} ${state}`.toLowerCase();
}
