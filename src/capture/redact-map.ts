import type { OriginalNames } from '../model/original-names.ts';
import type { StrippedSourceMap } from '../model/source-map.ts';
import { redactText } from '../redact/redact-text.ts';

/** No token is shorter, and a map may have a hundred thousand names. */
const SHORTEST_TOKEN = 16;

/**
 * A source map as it is kept in the run folder, which people attach to tickets. Builds write the address of a registry or of a
 * content server into it, with the credentials that they used, and a name may be a token. Positions stay as they are.
 */
export function redactMap(map: StrippedSourceMap): StrippedSourceMap {
  const { sources, names, sections, originalNames } = map;
  return {
    ...map,
    ...(sources && { sources: sources.map((source) => (source === null ? null : redactText(source))) }),
    ...(names && { names: names.map(redactName) }),
    ...(sections && { sections: sections.map((section) => ({ ...section, map: redactMap(section.map) })) }),
    ...(originalNames && { originalNames: redactNames(originalNames) }),
  };
}

function redactNames(original: OriginalNames): OriginalNames {
  return { ...original, names: original.names.map(redactName), sources: original.sources.map(redactText) };
}

function redactName(name: string): string {
  return name.length < SHORTEST_TOKEN ? name : redactText(name);
}
