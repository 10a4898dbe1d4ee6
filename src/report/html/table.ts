import { html, type Markup, NOTHING } from '../markup.ts';

export interface Column {
  readonly head: string;
  readonly align?: 'right';
}

export interface TableParts {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Markup[])[];
  /** The search of the page hides rows that do not match. */
  readonly searchable?: boolean;
}

/** A table that scrolls inside itself on a narrow screen; the first cell of a row names the row. */
export function table({ caption, columns, rows, searchable = false }: TableParts): Markup {
  const heads = columns.map(({ head, align }) => html`<th scope="col"${right(align)}>${head}</th>`);
  const body = rows.map(
    (cells) => html`<tr>${cells.map((cell, i) =>
      i === 0
        ? html`<th scope="row"${right(columns[i]?.align)}>${named(cell)}</th>`
        : html`<td${right(columns[i]?.align)}>${cell}</td>`,
    )}</tr>
`,
  );
  const search = searchable ? html` data-search="${caption}"` : NOTHING;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table${search}>
<caption>${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${body}</tbody></table></div>`;
}

/** A row must have a name, even if what it represents has none. */
function named(cell: Markup): Markup {
  return cell.markup.replace(/<[^>]*>/g, '').trim() === '' ? html`<span class="quiet">(no name)</span>` : cell;
}

function right(align: Column['align']): Markup {
  return align ? html` class="right"` : NOTHING;
}
