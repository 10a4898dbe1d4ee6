import type { PageFlameWindows } from '../../model/page-data.ts';
import { drawChoice } from '../flame-choices.ts';
import { flamePanel } from '../flame-panel.ts';
import { h } from '../h.ts';
import { ask, Refused } from './api.ts';

/** The flame graph of what changed in the CPU from run A to run B. It comes later than the rest: the profiles of a night take a while to read. */
export function comparedCpu(earlier: string, later: string, signal: AbortSignal): HTMLElement {
  const words = h('p', { role: 'status' }, 'Reading the CPU profiles of both runs …');
  const place = h('section', { class: 'compared-cpu' }, h('h2', {}, 'CPU: what changed from A to B'), words);
  ask<PageFlameWindows | null>(`compared-cpu/${earlier}/${later}`, {}, signal)
    .then((windows) => {
      if (windows === null) {
        words.textContent = 'One of the runs has no CPU profile that can be read.';
        return;
      }
      const panel = flamePanel();
      const flame = drawChoice(windows, { id: 'change', label: 'Change from A to B', windows: [1], before: [0] });
      words.textContent = `B against A, ${flame.detail}. Grey: no more than the samples vary by.`;
      place.append(panel.element);
      panel.show(flame);
    })
    // Also what goes wrong while it is drawn: "Reading …" would stay.
    .catch((error: unknown) => {
      if (signal.aborted) return;
      words.textContent = `The CPU profiles could not be compared: ${error instanceof Refused ? error.message : String(error)}`;
    });
  return place;
}
