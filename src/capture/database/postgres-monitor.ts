import type { Clock } from '../../model/clock.ts';
import type { DatabaseView, ObservedStatement, StatementPlan } from '../../model/database.ts';
import type { MetricName } from '../../model/metric-catalogue.ts';
import type { Milliseconds, MonoMs } from '../../model/units.ts';
import { normaliseSql } from '../in-target/query/normalise-sql.ts';
import { connectPostgres, type PostgresConnection } from './connect-postgres.ts';
import { explainStatement } from './explain.ts';
import { LOOK, type Look, toDatabaseValues } from './look.ts';
import {
  findStatementsSchema,
  readCounters,
  readTables,
  type StatementCounters,
  statementsSince,
  type TableCounters,
  tablesSince,
} from './read-statements.ts';

type Values = Partial<Record<MetricName, number>>;

interface Server {
  readonly version: string;
  readonly versionNumber: number;
  readonly maxConnections: number;
  readonly seesOthers: boolean;
}

const LOOK_EACH_MS = 1_000;
const LOCKS_EACH_LOOKS = 10;
const RECONNECT_EACH_MS = 10_000;
const MAX_OBSERVED = 200;
const TOP_OBSERVED = 40;
const NO_PLANS =
  'Some plans could not be made: the role of --database lacks the privileges of these statements. For those that read, `grant pg_read_all_data` to it (PostgreSQL 14 and later).';

/**
 * Watches one PostgreSQL database from a connection of its own: read-only, each statement cut short, one at a time.
 * A look is asked for at most once a second. A server that goes away is looked for again now and then.
 */
export class PostgresMonitor {
  readonly #url: string;
  readonly #clock: Clock;
  readonly #notes = new Set<string>();
  readonly #observed = new Map<string, { seen: number; waitingForLock: number; longestMs: Milliseconds }>();
  #connection: PostgresConnection;
  #server: Server;
  #schema: string | null = null;
  #statementsBefore: StatementCounters = new Map();
  #tablesBefore: TableCounters = new Map();
  #before: Look | null = null;
  #looks = 0;
  #asked: Promise<void> | null = null;
  #nextLookMonoMs: MonoMs = 0;
  #arrived: Values = {};
  #lost = false;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(url: string, clock: Clock, connection: PostgresConnection, server: Server) {
    this.#url = url;
    this.#clock = clock;
    this.#connection = connection;
    this.#server = server;
  }

  /** Connects and takes the counters that later ones are compared with. Throws a ProfilerError (exit 2). */
  static async open(url: string, clock: Clock): Promise<PostgresMonitor> {
    const connection = await connectPostgres(url);
    try {
      const [server] = await connection.query<Server>(
        `select current_setting('server_version') as version, current_setting('server_version_num')::int as "versionNumber",
           current_setting('max_connections')::int as "maxConnections",
           pg_has_role(current_user, 'pg_read_all_stats', 'usage') as "seesOthers"`,
      );
      if (!server) throw new Error('the server does not say who it is');
      const monitor = new PostgresMonitor(url, clock, connection, server);
      await monitor.#begin();
      return monitor;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  get name(): string {
    return this.#connection.name;
  }

  /** What the last look that has come back saw; a look that is due is begun. Never throws. */
  async read(patienceMs: Milliseconds): Promise<Values> {
    if (!this.#asked && this.#clock.monoMs() >= this.#nextLookMonoMs) {
      this.#nextLookMonoMs = this.#clock.monoMs() + (this.#lost ? RECONNECT_EACH_MS : LOOK_EACH_MS) - 50;
      this.#asked = this.#look().finally(() => {
        this.#asked = null;
      });
    }
    if (this.#asked) await Promise.race([this.#asked, delay(patienceMs)]);
    const values = this.#arrived;
    this.#arrived = {};
    return values;
  }

  /** All that was seen since `open`; with the plans of the statements that `toExplain` picks. */
  async view(toExplain: (view: DatabaseView) => readonly string[] = () => []): Promise<DatabaseView> {
    return await this.#oneAtATime(async () => {
      const view = await this.#withoutPlans();
      const plans: StatementPlan[] = [];
      for (const text of toExplain(view))
        plans.push(await explainStatement(this.#connection, this.#server.versionNumber, text));
      const isForbidden = plans.some(({ error }) => error !== null && /permission denied/.test(error));
      return isForbidden ? { ...view, plans, notes: [...view.notes, NO_PLANS] } : { ...view, plans };
    });
  }

  async close(): Promise<void> {
    await this.#asked;
    await this.#connection.close();
  }

  async #begin(): Promise<void> {
    if (!this.#server.seesOthers) {
      this.#notes.add(
        'The role of --database does not see what other roles run: `grant pg_read_all_stats` (or `pg_monitor`) to it.',
      );
    }
    const statements = await findStatementsSchema(this.#connection);
    if ('missing' in statements) this.#notes.add(statements.missing);
    else {
      this.#schema = statements.schema;
      this.#statementsBefore = await readCounters(this.#connection, statements.schema);
    }
    this.#tablesBefore = await readTables(this.#connection);
  }

  async #withoutPlans(): Promise<DatabaseView> {
    const connection = this.#connection;
    const notes = new Set(this.#notes);
    const attempt = async <T>(what: string, action: () => Promise<T>): Promise<T | null> => {
      try {
        return await action();
      } catch (error) {
        notes.add(`${what} could not be read: ${(error as Error).message}.`);
        return null;
      }
    };
    const schema = this.#schema;
    const statements =
      schema &&
      (await attempt('Statements of the server', () => statementsSince(connection, schema, this.#statementsBefore)));
    const tables = await attempt('Tables', async () => tablesSince(await readTables(connection), this.#tablesBefore));
    const { version, maxConnections } = this.#server;
    return {
      schema: 'profiler-database/1',
      server: { version, name: connection.name, maxConnections },
      looks: this.#looks,
      statements: statements || null,
      observed: this.#topObserved(),
      plans: [],
      tables: tables ?? [],
      notes: [...notes],
    };
  }

  async #look(): Promise<void> {
    try {
      await this.#oneAtATime(async () => {
        if (this.#lost) await this.#reconnect();
        const [look] = await this.#connection.query<Look>(LOOK, [this.#looks % LOCKS_EACH_LOOKS === 0]);
        if (!look) return;
        this.#looks += 1;
        this.#arrived = toDatabaseValues(look, this.#before, this.#server.maxConnections);
        this.#before = look;
        for (const running of look.running) this.#observe(running);
      });
    } catch (error) {
      const { message } = error as Error;
      // A look that was cut short is no lost connection.
      this.#lost = !/statement timeout|lock timeout/.test(message);
      if (this.#notes.size < 20) this.#notes.add(`The database did not respond for a while: ${message}.`);
    }
  }

  async #reconnect(): Promise<void> {
    await this.#connection.close();
    this.#connection = await connectPostgres(this.#url);
    this.#lost = false;
    this.#before = null;
  }

  #observe({ query, ms, waits }: Look['running'][number]): void {
    if (query === null || query === '' || query === '<insufficient privilege>') return;
    const text = normaliseSql(query);
    const known = this.#observed.get(text);
    if (!known && this.#observed.size >= MAX_OBSERVED) return;
    this.#observed.set(text, {
      seen: (known?.seen ?? 0) + 1,
      waitingForLock: (known?.waitingForLock ?? 0) + (waits ? 1 : 0),
      longestMs: Math.max(known?.longestMs ?? 0, ms),
    });
  }

  #topObserved(): ObservedStatement[] {
    return [...this.#observed]
      .map(([text, observed]) => ({ text, ...observed }))
      .sort((a, b) => b.seen - a.seen)
      .slice(0, TOP_OBSERVED);
  }

  /** One connection: what belongs together must not be interleaved with a look. */
  #oneAtATime<Value>(action: () => Promise<Value>): Promise<Value> {
    const turn = this.#queue.then(action);
    this.#queue = turn.catch(() => {});
    return turn;
  }
}

function delay(ms: Milliseconds): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
