/** Gives whole lines on; false if one is longer than allowed. */
export function splitLines(onLine: (line: string) => void, longest: number): (text: string) => boolean {
  let parts: string[] = [];
  let length = 0;
  return (text) => {
    let from = 0;
    for (;;) {
      const end = text.indexOf('\n', from);
      const part = end === -1 ? text.slice(from) : text.slice(from, end);
      length += part.length;
      if (length > longest) return false;
      parts.push(part);
      if (end === -1) return true;
      const line = parts.join('');
      parts = [];
      length = 0;
      from = end + 1;
      onLine(line);
    }
  };
}
