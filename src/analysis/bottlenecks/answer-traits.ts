import type { AnswerTraits } from '../../model/requests.ts';
import type { Bytes, Milliseconds } from '../../model/units.ts';
import type { RunView } from '../run-view.ts';

/** What the answers of one request name were like, over the whole run. */
export interface NamedTraits extends AnswerTraits {
  readonly name: string;
  /** Mean size of a body. */
  readonly meanBytes: Bytes;
}

/** By request name, in order of first appearance; empty if the load was not ours, or responses were not inspected. */
export function answerTraits({ run }: RunView): NamedTraits[] {
  const byName = new Map<string, AnswerTraits>();
  for (const { name, traits } of run.requests) {
    if (traits) byName.set(name, addUp(byName.get(name), traits));
  }
  return [...byName].map(([name, traits]) => ({
    ...traits,
    name,
    meanBytes: traits.answers > 0 ? traits.bodyBytes / traits.answers : 0,
  }));
}

function addUp(sum: AnswerTraits | undefined, traits: AnswerTraits): AnswerTraits {
  if (!sum) return traits;
  const keys = Object.keys(traits) as (keyof AnswerTraits)[];
  return Object.fromEntries(keys.map((key) => [key, (sum[key] ?? 0) + (traits[key] ?? 0)])) as unknown as AnswerTraits;
}

/** How long the requests of a run were watched, for figures a second. */
export function loadedMs({ loaded }: RunView): Milliseconds {
  return loaded.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
}
