/** Colours for canvases, which style sheets do not reach: read from the custom properties of page.css. */
export function themeColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const DARK = '(prefers-color-scheme: dark)';

export function isDark(): boolean {
  return matchMedia(DARK).matches;
}

/** Canvases must be painted again when the reader's scheme changes; print always wants the light one. Returns how to end it. */
export function onThemeChange(repaint: () => void): () => void {
  const scheme = matchMedia(DARK);
  scheme.addEventListener('change', repaint);
  return () => scheme.removeEventListener('change', repaint);
}
