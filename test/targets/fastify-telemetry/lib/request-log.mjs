/** The last requests, for the support page. */
export class RequestLog {
  constructor({ limit, trims }) {
    this.limit = limit;
    this.trims = trims;
    this.lines = [];
  }

  add(request, reply) {
    this.lines.push({
      id: request.id,
      url: request.url,
      status: reply.statusCode,
      headers: { ...request.headers },
      elapsedMs: reply.elapsedTime,
    });
    if (this.lines.length <= this.limit) return;
    // The mistake: slice answers a new array, which nobody takes.
    const kept = this.lines.slice(-this.limit);
    if (this.trims) this.lines = kept;
  }
}
