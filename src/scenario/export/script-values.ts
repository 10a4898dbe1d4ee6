import type { JsonValue } from '../scenario.ts';
import { isNumberTemplate, type TemplatePart, templateParts } from './template-parts.ts';

/** How a scripting language writes what a request is made of. Literals of texts are those of JSON in all of them. */
export interface ScriptLanguage {
  /** An expression for what is not constant, such as `randomInteger(1, 9)`; a text. */
  readonly part: (part: Exclude<TemplatePart, { readonly kind: 'text' }>) => string;
  readonly toNumber: (expression: string) => string;
  readonly literals: { readonly true: string; readonly false: string; readonly null: string };
}

/** An expression that gives the text. */
export function textExpression(text: string, language: ScriptLanguage): string {
  const parts = templateParts(text).map((part) =>
    part.kind === 'text' ? JSON.stringify(part.text) : language.part(part),
  );
  return parts.length === 0 ? '""' : parts.join(' + ');
}

/** An expression that gives the value, templates in it filled. */
export function valueExpression(value: JsonValue, language: ScriptLanguage): string {
  if (typeof value === 'string') {
    const text = textExpression(value, language);
    return isNumberTemplate(value) ? language.toNumber(text) : text;
  }
  if (value === null) return language.literals.null;
  if (typeof value === 'boolean') return language.literals[value ? 'true' : 'false'];
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${value.map((one: JsonValue) => valueExpression(one, language)).join(', ')}]`;
  return mapExpression(value as Readonly<Record<string, JsonValue>>, language);
}

/** `{"authorization": "Bearer " + token}` */
export function mapExpression(map: Readonly<Record<string, JsonValue>>, language: ScriptLanguage): string {
  const members = Object.entries(map).map(
    ([name, one]) => `${JSON.stringify(name)}: ${valueExpression(one, language)}`,
  );
  return `{${members.join(', ')}}`;
}
