export interface GuideCommand {
  readonly language: 'sh' | 'sql';
  readonly text: string;
  /** `&` at its end: the next commands run beside it. */
  readonly isBackground: boolean;
}

export interface GuideFile {
  readonly name: string;
  readonly text: string;
}

/** What a reader of a guide types, in order; what stands in an HTML comment is not read. One line is one command. */
export function commandsOf(markdown: string): GuideCommand[] {
  return blocksOf(markdown).flatMap(({ language, text }) => {
    if (language !== 'sh' && language !== 'sql') return [];
    const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
    return lines.map((line) => ({ language, text: line.replace(/\s*&$/, ''), isBackground: / &$/.test(line) }));
  });
}

/** Blocks that begin with the name of a file as a comment. */
export function filesOf(markdown: string): GuideFile[] {
  return blocksOf(markdown).flatMap(({ language, text }) => {
    const name = language === 'yaml' ? /^# (\S+\.yaml)\n/.exec(text)?.[1] : undefined;
    return name === undefined ? [] : [{ name, text }];
  });
}

function blocksOf(markdown: string): { readonly language: string; readonly text: string }[] {
  const shown = markdown.replace(/<!--[\s\S]*?-->/g, '');
  return [...shown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
}
