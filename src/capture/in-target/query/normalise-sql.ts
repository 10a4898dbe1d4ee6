// Longer ones are cut; a literal that is cut through is dropped from its opening quote on.
const MAX_CHARS = 4000;
const VALUE = '\ufdd0';
const COMMENT = String.raw`--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\s+`;
const STRING = String.raw`\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\2\$|$)|[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*(?:'|$)`;
const NUMBER = String.raw`\$\d+|(?:(?<=[=<>(,]\s?)-)?(?:0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)`;
const NAME = String.raw`"(?:[^"]|"")*(?:"|$)|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*`;

/**
 * A statement without its values, so that calls of one kind count together and no value leaves the service: literals
 * and parameters become `$1`, `$2` and so on in order, comments go, a list of values in brackets becomes one value,
 * white space becomes one blank. What pg_stat_statements makes of the same statement mostly comes out the same. Runs
 * here and inside the target.
 */
export function normaliseSql(sql: string): string {
  const token = new RegExp(`(${STRING}|${NUMBER})|(${NAME})|${COMMENT}`, 'g');
  const bare = sql
    .slice(0, MAX_CHARS)
    .replace(token, (_all: string, value: string | undefined, _tag: string | undefined, name: string | undefined) =>
      value !== undefined ? VALUE : (name ?? ' '),
    )
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
