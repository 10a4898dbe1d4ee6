export class OrderRejected extends Error {
  constructor(order, details) {
    super(`order ${order} was rejected by the bank`);
    this.name = 'OrderRejected';
    this.order = order;
    this.details = details;
  }
}

/** The last rejected orders, for the daily mail. */
export class FailedOrders {
  constructor({ limit }) {
    this.limit = limit;
    this.errors = [];
  }

  add(error) {
    this.errors.push(error);
    if (this.errors.length > this.limit) this.errors.shift();
  }
}
