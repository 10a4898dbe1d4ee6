import type uPlot from 'uplot';
import type { PageBand, PageMark } from '../model/page-data.ts';
import { themeColour } from './theme.ts';

/** Draws phases as bands behind the lines, and captures, gaps and restarts as marks before them. */
export function overlayPlugin(bands: readonly PageBand[], marks: readonly PageMark[]): uPlot.Plugin {
  return {
    hooks: {
      drawClear: (plot) => {
        bands.forEach((band, i) => {
          if (i % 2 === 0) fillSpan(plot, band.startSec, band.endSec, themeColour('--band'), 0);
        });
      },
      draw: (plot) => {
        for (const { kind, startSec, endSec } of marks)
          fillSpan(plot, startSec, endSec, themeColour(markColour(kind)), 1);
      },
    },
  };
}

/** The custom property that holds the colour of a mark: what we did, what we missed, what went wrong. */
export function markColour(kind: string): string {
  if (kind === 'capture') return '--capture';
  return kind === 'gap' ? '--gap' : '--mark';
}

/** A span of time over the full height, at least `minWidth` CSS pixels wide. */
function fillSpan(plot: uPlot, startSec: number, endSec: number, colour: string, minWidth: number): void {
  const { left, top, width, height } = plot.bbox;
  const x1 = Math.max(left, plot.valToPos(startSec, 'x', true));
  const x2 = Math.min(left + width, plot.valToPos(endSec, 'x', true));
  if (x2 < left || x1 > left + width) return;
  plot.ctx.fillStyle = colour;
  plot.ctx.fillRect(x1, top, Math.max(x2 - x1, minWidth * devicePixelRatio), height);
}
