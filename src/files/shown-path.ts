import { relative, resolve, sep } from 'node:path';

/** A path as it can be typed: short within the current folder, whole elsewhere. */
export function shownPath(path: string): string {
  const whole = resolve(path);
  const short = relative(process.cwd(), whole);
  return short === '' || short === '..' || short.startsWith(`..${sep}`) ? whole : short;
}
