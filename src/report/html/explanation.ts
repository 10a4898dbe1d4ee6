import { html, type Markup, NOTHING, proseMarkup } from '../markup.ts';

type Block = { readonly kind: 'heading' | 'paragraph' | 'item'; readonly lines: string[] };

/**
 * A page of docs/findings inside the report, without its title: a reader at work has the report, not the repository. Of Markdown
 * these pages use headings, paragraphs, lists, code in a line, bold and links; a link is its text here.
 */
export function explanation(page: string): Markup {
  const blocks = blocksOf(page);
  const parts = blocks.map(({ kind, lines }, i) => {
    const text = proseMarkup(plain(lines.join(' ')));
    if (kind === 'heading') return html`<h3>${text}</h3>`;
    if (kind === 'paragraph') return html`<p>${text}</p>`;
    const opens = blocks[i - 1]?.kind === 'item' ? NOTHING : html`<ul>`;
    const closes = blocks[i + 1]?.kind === 'item' ? NOTHING : html`</ul>`;
    return html`${opens}<li>${text}</li>${closes}`;
  });
  return html`${parts}`;
}

function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: Block | null = null;
  const start = (kind: Block['kind'], line: string): void => {
    open = { kind, lines: [line] };
    blocks.push(open);
  };
  for (const line of page.split('\n')) {
    if (line.startsWith('# ')) continue;
    if (line.trim() === '') open = null;
    else if (line.startsWith('## ')) {
      start('heading', line.slice(3));
      open = null;
    } else if (line.startsWith('- ')) start('item', line.slice(2));
    else if (open) (open as Block).lines.push(line.trim());
    else start('paragraph', line);
  }
  return blocks;
}

function plain(text: string): string {
  return text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('**', '');
}
