import type { ProcessFacts } from './process-facts.ts';

type NameTest = (facts: ProcessFacts) => boolean;

/** What `--name` may mean, closest first: the exact name, part of a name, part of the command line. `*` is anything. */
export function nameTests(pattern: string): readonly NameTest[] {
  const anywhere = wildcard(pattern);
  const exact = new RegExp(`^${anywhere.source}$`, 'i');
  return [
    (facts) => exact.test(facts.name),
    (facts) => anywhere.test(facts.name),
    (facts) => anywhere.test(facts.commandLine.join(' ')),
  ];
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(parts.join('.*'), 'i');
}
