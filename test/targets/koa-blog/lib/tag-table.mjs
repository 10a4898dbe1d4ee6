const TAGS_PER_POST = 5;

/** One string for each tag, however often it is written. `vocabulary`: how many tags there are. */
export class TagTable {
  constructor({ vocabulary }) {
    this.vocabulary = vocabulary;
    this.interned = {};
  }

  intern(post) {
    return Array.from({ length: TAGS_PER_POST }, (_, index) => {
      const number = post * TAGS_PER_POST + index;
      const tag = `tag-${Number.isFinite(this.vocabulary) ? number % this.vocabulary : number}-of-the-public-blog`;
      this.interned[tag] ??= tag;
      return this.interned[tag];
    });
  }
}
