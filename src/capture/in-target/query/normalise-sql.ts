// Longer ones are cut; a literal that is cut through is dropped from its opening quote on.
const MAX_CHARS = 4000;
const VALUE = '\ufdd0';
const GAP = String.raw`--[^\n]*|\/\*|\s+`;
const WORD = String.raw`[\w$\u0080-\uffff]*`;
const TAG = String.raw`[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*`;
/** Text directly after a literal is part of a value with wrong quotes. */
const STRING = [
  String.raw`\$(${TAG})?\$[\s\S]*?(?:\$\2\$|$)`,
  String.raw`[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)${WORD}`,
  // Quoted once more by the program: ''value''.
  String.raw`''(?=[\w\u0080-\uffff])[\s\S]*?(?:''|$)`,
  `(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*(?:'|$)${WORD}`,
].join('|');
/** With letters behind it, as in an id without quotes: 9f8a7b6c-12. */
const NUMBER = String.raw`(?:\$\d+|(?:(?<=[=<>(,]\s?)-)?(?:0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?))(?:[A-Za-z_\u0080-\uffff]${WORD}(?:-[\w\u0080-\uffff]+)*)?`;
const NAME = String.raw`"(?:[^"]|"")*(?:"|$)|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*`;

/** No name has an `@` in it, or more than 63 characters: a value in the wrong quotes. */
const VALUE_AS_NAME = /^"(?:[^"]*@|[\s\S]{66})/;
/** Behind it stand values: a column of the same table is compared with one seldom, and then mostly by `table.column`. */
const COMPARED = /(?:[=<>]|\bi?like)\s*$/i;
const SECRET_COMPARED = /(?:pass|pwd|secret|token|api_?key|credential)\w*"?\s*(?:[=<>]+|\bi?like)\s*$/i;
/** An unquoted word: `abc123`, not `null` or `total`. */
const LIKE_A_VALUE = /^(?=.*\d)(?=.*[a-z]).{6,}$/i;
/** What a list of values may hold besides values: neither `values` nor `execute` nor `call` knows columns. */
const NO_VALUE = /^(?:default|null|true|false|user|(?:current|session|local)\w*)$/i;
/** The rows that follow are data. */
const COPY_ROWS = /\bcopy\b[^;]*?\bfrom\s+stdin\b[^\n]*(?=\n)/i;

/**
 * A statement without its values, so that calls of one kind count together and no value leaves the service: literals
 * and parameters become `$1`, `$2` and so on in order, comments go, a list of values in brackets becomes one value,
 * white space becomes one blank. What pg_stat_statements makes of the same statement mostly comes out the same. A statement
 * that the server refuses is recorded too, so what is no SQL counts as a value where it can be told. Runs here and inside
 * the target.
 */
export function normaliseSql(sql: string): string {
  const bare = withoutValues(withoutRows(sql.slice(0, MAX_CHARS)))
    .replace(/\s+/g, ' ')
    // in (1, 2, 3), and values (1, 2), (3, 4): how many there were makes no other statement.
    .replace(/\b(in ?)\((?: ?\ufdd0 ?,)+ ?\ufdd0 ?\)/gi, `$1(${VALUE})`)
    .replace(/(\([^()]*\))(?: ?, ?\1)+/g, (all: string, row: string) => (row.includes(VALUE) ? row : all))
    // set app.jwt = abc: settings take values without quotes. An `update` begins otherwise.
    .replace(
      /((?:^|;) ?(?:alter (?!table)[^;=]*? )?set (?:session |local )?(?:"[^"]*"|[\w.$])+ ?(?:=|\bto\b)(?! ?(?:default|on|off|true|false) ?(?:;|$)) ?)[^;]*[^; ]/gi,
      `$1${VALUE}`,
    )
    .replace(/[\s;]+$/, '')
    .trim();
  let count = 0;
  return bare.replaceAll(VALUE, () => {
    count += 1;
    return `$${count}`;
  });
}

function withoutRows(sql: string): string {
  const copy = COPY_ROWS.exec(sql);
  return copy ? sql.slice(0, copy.index + copy[0].length) : sql;
}

function withoutValues(sql: string): string {
  const token = new RegExp(`(${STRING}|${NUMBER})|(${NAME})|${GAP}`, 'g');
  let bare = '';
  let from = 0;
  // Brackets that are open since the list of values began; null outside of one.
  let depth: number | null = null;
  for (let match = token.exec(sql); match; match = token.exec(sql)) {
    const [all, value, , name] = match;
    const between = sql.slice(from, match.index);
    bare += between;
    if (depth !== null) for (const char of between) depth += char === '(' ? 1 : char === ')' ? -1 : 0;
    if (name !== undefined && !(depth !== null && depth > 0)) depth = beginsValues(name, bare) ? 0 : null;
    if (all === '/*') token.lastIndex = endOfComment(sql, match.index);
    from = token.lastIndex;
    if (value === undefined && name === undefined) bare += ' ';
    else bare += name === undefined || isValue(name, bare, sql.slice(from, from + 40), depth) ? VALUE : name;
    // Where the server takes a backslash as an escape, the literal does not end here. escape '\' is the usual exception.
    if (value?.startsWith("'") && value.includes("\\'") && value !== "'\\'") return bare;
  }
  return bare + sql.slice(from);
}

/** Is this word the one before a list of values: `values (`, `execute statement (`, `call procedure (`? */
function beginsValues(name: string, before: string): boolean {
  return /^values$/i.test(name) || /(?:^|;)\s*(?:execute|call)\s+$/i.test(before);
}

/** A value that was written like a name: where the server would take no name, or would hardly be meant to. */
function isValue(name: string, before: string, after: string, depth: number | null): boolean {
  if (VALUE_AS_NAME.test(name)) return true;
  // `table.column`, `function(`
  if (/\.\s*$/.test(before) || /^\s*[.(]/.test(after)) return false;
  if (depth === 1 && /[(,]\s*$/.test(before) && /^\s*[,)]/.test(after)) return !NO_VALUE.test(name);
  if (!COMPARED.test(before.slice(-80))) return false;
  return (
    name.startsWith('"') || LIKE_A_VALUE.test(name) || (SECRET_COMPARED.test(before.slice(-80)) && !NO_VALUE.test(name))
  );
}

/** Comments nest in PostgreSQL. */
function endOfComment(sql: string, start: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let match = mark.exec(sql); match; match = mark.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return sql.length;
}
