import assert from 'node:assert/strict';

// What XML 1.0 lets a document hold, and the one form of every construct that our writers use.
const ALLOWED = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
const TAG = /<(\/?)([A-Za-z][\w.-]*)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>|<\?xml [^<>]*\?>/g;
const ENTITY = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i;

/** Fails unless the text is well-formed XML of elements, attributes and text. Gives the number of elements. */
export function assertWellFormed(xml: string): number {
  assert.match(xml, ALLOWED, 'holds a character that XML forbids');
  assert.doesNotMatch(xml, ENTITY, 'holds an entity that XML does not know');
  const open: string[] = [];
  let elements = 0;
  let end = 0;
  for (const match of xml.matchAll(TAG)) {
    assert.doesNotMatch(xml.slice(end, match.index), /[<>]/, 'holds a bare < or > between two tags');
    end = match.index + match[0].length;
    const [, closing, name, attributes = '', selfClosing] = match;
    if (name === undefined) continue;
    if (closing) assert.equal(open.pop(), name);
    else {
      elements++;
      const names = [...attributes.matchAll(/([\w:.-]+)=/g)].map(([, attribute]) => attribute);
      assert.ok(names.length >= new Set(names).size);
      if (!selfClosing) open.push(name);
    }
  }
  assert.doesNotMatch(xml.slice(end), /[<>]/);
  assert.deepEqual(open, []);
  return elements;
}
