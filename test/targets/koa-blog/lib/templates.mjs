/** Compiles each theme's template once, into a function. `themes`: how many there are. */
export class Templates {
  constructor({ themes }) {
    this.themes = themes;
    this.compiled = new Map();
  }

  render(page, post) {
    const theme = Number.isFinite(this.themes) ? page % this.themes : page;
    let template = this.compiled.get(theme);
    if (template === undefined) {
      template = compile(`theme-${theme}`);
      this.compiled.set(theme, template);
    }
    return template(post);
  }
}

function compile(theme) {
  const rows = Array.from(
    { length: 12 },
    (_, row) => `out.push('<li class="${theme} row-${row}">', post.title, '</li>');`,
  );
  return new Function('post', `const out = ['<ul>']; ${rows.join('\n')} out.push('</ul>'); return out.join('');`);
}
