const CUSTOMERS = 5_000;
const ORDERS = 60_000;

/** Orders of customers. Each fault is one mistake in how the database is used; without one it is used well. */
export class Orders {
  constructor(pool, fault) {
    this.pool = pool;
    this.fault = fault;
  }

  async prepare() {
    await this.pool.query('create table if not exists customers (id integer primary key, name text not null)');
    await this.pool.query(
      'create table if not exists orders (id integer primary key, customer integer not null, total integer not null)',
    );
    await this.pool.query(
      "insert into customers select i, 'customer ' || i from generate_series(1, $1::integer) i on conflict do nothing",
      [CUSTOMERS],
    );
    await this.pool.query(
      'insert into orders select i, 1 + i % $1::integer, i from generate_series(1, $2::integer) i on conflict do nothing',
      [CUSTOMERS, ORDERS],
    );
    if (this.fault !== 'missing-index')
      await this.pool.query('create index if not exists orders_customer on orders (customer)');
    await this.pool.query('analyze');
  }

  /** The newest orders, each with the name of its customer. */
  async newest() {
    if (this.fault !== 'n-plus-one') {
      const { rows } = await this.pool.query(
        'select o.id, o.total, c.name from orders o join customers c on c.id = o.customer order by o.id desc limit 12',
      );
      return rows;
    }
    const { rows } = await this.pool.query('select id, customer, total from orders order by id desc limit 12');
    for (const row of rows) row.name = await this.nameOf(row.customer);
    return rows;
  }

  async nameOf(customer) {
    const { rows } = await this.pool.query('select name from customers where id = $1', [customer]);
    return rows[0].name;
  }

  async ofCustomer(customer) {
    const { rows } = await this.pool.query('select id, total from orders where customer = $1', [customer]);
    return rows;
  }

  /** Holds its client for some time: a small pool lets few through. */
  async audit() {
    const client = await this.pool.connect();
    await client.query('select pg_sleep(0.05)');
    const { rows } = await client.query('select count(*)::integer as count from customers');
    // The early return forgets the client.
    if (this.fault === 'pool-leak' && Math.random() < 0.02) return rows[0];
    client.release();
    return rows[0];
  }
}
