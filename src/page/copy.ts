import { h } from './h.ts';

/** Puts a button behind each command of the page that copies it. */
export function mountCopy(): void {
  for (const code of document.querySelectorAll<HTMLElement>('code[data-copy]')) {
    const button = h('button', { type: 'button', class: 'copy', 'aria-label': 'Copy the command' }, 'Copy');
    button.addEventListener('click', () => {
      void copy(code).then((isCopied) => {
        button.textContent = isCopied ? 'Copied' : 'Press Ctrl+C';
      });
    });
    code.after(' ', button);
  }
}

/** Where the browser does not allow it, the text is selected, so that the reader's own keys copy it. */
async function copy(code: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(code.textContent ?? '');
    return true;
  } catch {
    getSelection()?.selectAllChildren(code);
    return false;
  }
}
