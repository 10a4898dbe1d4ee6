import { redactText } from '../redact/redact-text.ts';
import type { ProcessFacts } from './process-facts.ts';

type NameTest = (facts: ProcessFacts) => boolean;

/**
 * What `--name` may mean, closest first: the exact name, part of a name, part of the command line. `*` is anything. A name is
 * known by what is shown of it too: what is printed to be typed carries no secrets.
 */
export function nameTests(pattern: string): readonly NameTest[] {
  const anywhere = wildcard(pattern);
  const exact = new RegExp(`^${anywhere.source}$`, 'i');
  return [
    (facts) => isNamed(facts, exact),
    (facts) => isNamed(facts, anywhere),
    (facts) => anywhere.test(facts.commandLine.join(' ')),
  ];
}

function isNamed({ name }: ProcessFacts, pattern: RegExp): boolean {
  return pattern.test(name) || pattern.test(redactText(name));
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(parts.join('.*'), 'i');
}
