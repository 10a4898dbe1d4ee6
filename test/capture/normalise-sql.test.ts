import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { normaliseSql } from '../../src/capture/in-target/query/normalise-sql.ts';

const CASES: readonly (readonly [string, string])[] = [
  ["select * from t where a = $1 and b='x''y' -- hi\n and c=12.5e3", 'select * from t where a = $1 and b=$2 and c=$3'],
  [
    'insert into t (a,b) values ($1,$2),($3,$4) , ($5,$6) returning id;',
    'insert into t (a,b) values ($1,$2) returning id',
  ],
  [
    'select t1.x2 from "we \'ird 1" t1 where id in ($1, $2,$3) limit 10',
    'select t1.x2 from "we \'ird 1" t1 where id in ($1) limit $2',
  ],
  ["select $tag$ a $x$ b $tag$, E'a\\'b', U&'d', x'1f', 1::int, -5", 'select $1, $2, $3, $4, $5::int, $6'],
  ["select 'cut thr", 'select $1'],
  [
    "select a ? 'k', b ?| array['x'], $1::date, now() - '5 min'::interval",
    'select a ? $1, b ?| array[$2], $3::date, now() - $4::interval',
  ],
  [
    "select data->'a'->>'b' from t where y = -1.5 and z in(0x1F, 2)",
    'select data->$1->>$2 from t where y = $3 and z in($4)',
  ],
  ['set app.jwt = abc.def', 'set app.jwt = $1'],
  ['set application_name to orders; select 1', 'set application_name to $1; select $2'],
  [" SET LOCAL x.y=a, 'b';", 'SET LOCAL x.y=$1'],
  ['set session "a b" = c', 'set session "a b" = $1'],
  ['alter role bob set app.key = abc', 'alter role bob set app.key = $1'],
  ['set statement_timeout to default', 'set statement_timeout to default'],
  ['update t set a = b, c = 1 where d = e', 'update t set a = b, c = $1 where d = e'],
  [
    'insert into t values (1) on conflict do update set a = excluded.a',
    'insert into t values ($1) on conflict do update set a = excluded.a',
  ],
  ["select a from t where b like $1 escape '\\' and c = 'x'", 'select a from t where b like $1 escape $2 and c = $3'],
  ['/* a /* b */ c */ select 1 /* d', 'select $1'],
  ['select $é$x$é$, $1', 'select $1, $2'],
  ["select 'it\\'s x', 'y'", 'select $1'],
  ["select ''x y'', 2", 'select $1, $2'],
  ["select 'a'x, E'\\''x", 'select $1, $2'],
  ['where token = 9c8a7b6c-1234 and b = 1e5x and c = $1x', 'where token = $1 and b = $2 and c = $3'],
  ['where email = "x@y.z" and "User Name" = 1', 'where email = $1 and "User Name" = $2'],
  [
    'select a from t where name = "x y" and "A" <> "b" and c like "d"',
    'select a from t where name = $1 and "A" <> $2 and c like $3',
  ],
  [
    'select 1 where x = abc123def and t1.a = t2.b2222 and password = abc',
    'select $1 where x = $2 and t1.a = t2.b2222 and password = $3',
  ],
  ['select 1 from "a" join "b" on "a"."x" = "b"."y1"', 'select $1 from "a" join "b" on "a"."x" = "b"."y1"'],
  [
    'insert into t (a, b) values (abc, "d e", default, now(), (select x from y), null::text) on conflict (a) do nothing',
    'insert into t (a, b) values ($1, $2, default, now(), (select x from y), null::text) on conflict (a) do nothing',
  ],
  ['execute find_user (abc, "d")', 'execute find_user ($1, $2)'],
  ['call f(abc); select a, (b) from t', 'call f($1); select a, (b) from t'],
  ['select a from t where password = null and total2 = 1', 'select a from t where password = null and total2 = $1'],
  ['copy t (a) from stdin\nx\t1\n\\.', 'copy t (a) from stdin'],
  ['SELECT  *\n\tFROM "T" /* a\nb */', 'SELECT * FROM "T"'],
];

for (const [sql, expected] of CASES) {
  test(`without values: ${sql.slice(0, 60).replace(/\s+/g, ' ')}`, () => {
    assert.equal(normaliseSql(sql), expected);
    assert.equal(normaliseSql(expected), expected, 'once more changes nothing');
  });
}

test('no value of a quoted literal is left, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (a, b) => {
      const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;
      // Some servers take the backslash as an escape: where the literal ends is not known, so what follows is left out.
      const isOpen = quoted(a).includes("\\'") && quoted(a) !== "'\\'";
      assert.equal(
        normaliseSql(`select f(${quoted(a)}) from t where x = ${quoted(b)}`),
        isOpen ? 'select f($1' : 'select f($1) from t where x = $2',
      );
    }),
    { numRuns: 1000 },
  );
});

test('hostile texts take no time and no room', () => {
  for (const sql of [
    '('.repeat(1e6),
    "'".repeat(1e6),
    '(a),'.repeat(1e6),
    `select (${'1,'.repeat(1e6)}`,
    '/*'.repeat(1e6),
    'copy '.repeat(1e6),
    '1a-'.repeat(1e6),
    "''a".repeat(1e6),
  ]) {
    assert.ok(normaliseSql(sql).length <= 4_000 * 3);
  }
});
