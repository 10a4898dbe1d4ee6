/** Translates texts and keeps what it has translated. */
export class TranslationCache {
  #byKey = new Map();
  #keyOf;

  constructor(keyOf) {
    this.#keyOf = keyOf;
  }

  get(text, request) {
    const key = this.#keyOf(text, request);
    let translation = this.#byKey.get(key);
    if (translation === undefined) {
      translation = { text, words: translate(text), madeAtMs: Date.now() };
      this.#byKey.set(key, translation);
    }
    return translation;
  }
}

function translate(text) {
  return Array.from({ length: 30 }, (_, index) => `${[...text].reverse().join('')} ${index}`);
}
