import type { Random } from '../scenario/random.ts';

/** Chooses among weighted things: each comes as often as its share of the weights. */
export function taskChooser<T>(
  choices: readonly { readonly weight: number; readonly task: T }[],
  random: Random,
): () => T {
  let total = 0;
  const bounds = choices.map(({ weight, task }) => {
    total += weight;
    return { below: total, task };
  });
  const last = bounds.at(-1);
  if (!last) throw new RangeError('no task to choose from');
  return () => {
    const point = random() * total;
    return (bounds.find(({ below }) => point < below) ?? last).task;
  };
}
