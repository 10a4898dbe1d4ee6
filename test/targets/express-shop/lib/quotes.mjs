class Quote {
  constructor(article, count) {
    this.article = article;
    this.count = count;
    this.steps = [1, 10, 50, 100].map((from) => ({
      from,
      unitCents: 990 - from,
      discount: `from ${from} of ${article}`,
    }));
  }
}

export function computeQuote({ article, count }) {
  return new Quote(article, count);
}
