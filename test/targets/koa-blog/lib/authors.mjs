class Author {
  constructor(name) {
    this.name = name;
  }
}

class Revision {
  constructor(text) {
    this.text = text;
    this.words = text.split(' ');
    this.at = new Date();
  }
}

/** Revisions hang on their author weakly. Authors live as long as the process, and so does what hangs on them. */
export class Authors {
  constructor({ revisionsKept }) {
    this.authors = Array.from({ length: 40 }, (_, id) => new Author(`author ${id}`));
    this.revisionsKept = revisionsKept;
    this.revisions = new WeakMap();
  }

  revise(id, { text }) {
    const author = this.authors[id % this.authors.length];
    const revisions = this.revisions.get(author) ?? [];
    revisions.push(new Revision(text));
    if (revisions.length > this.revisionsKept) revisions.shift();
    this.revisions.set(author, revisions);
    return { author: author.name, revisions: revisions.length };
  }
}
