const PUSH_EVERY_MS = 1_000;

/** Counts requests for two readers: one is scraped, the other pushes. */
export class Metrics {
  constructor({ MeterProvider, MetricReader }) {
    class Reader extends MetricReader {
      async onForceFlush() {}
      async onShutdown() {}
    }
    this.scraped = new Reader();
    this.pushed = new Reader();
    this.provider = new MeterProvider();
    this.provider.addMetricReader(this.scraped);
    this.provider.addMetricReader(this.pushed);
    this.requests = this.provider.getMeter('booking-api').createCounter('http_requests');
    this.timer = setInterval(() => void this.pushed.collect(), PUSH_EVERY_MS);
  }

  count(route, status) {
    this.requests.add(1, { route, status });
  }

  async scrape() {
    const { resourceMetrics } = await this.scraped.collect();
    return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics.flatMap(({ dataPoints }) => dataPoints));
  }

  async close() {
    clearInterval(this.timer);
    await this.provider.shutdown();
  }
}
