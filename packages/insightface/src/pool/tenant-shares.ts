// How much of the workers each tenant has had. Whoever had least is next: start-time fair queueing (P. Goyal, H. Vin,
// H. Cheng, "Start-time Fair Queueing", SIGCOMM 1996), with time as it was measured in place of a quantum.

interface Share {
  /** Milliseconds of workers. */
  used: number;
  /** Requests that wait or run. */
  requests: number;
}

/** Service by tenant. A tenant is forgotten when its last request has ended. */
export class TenantShares {
  readonly #shares = new Map<string, Share>();

  /** A request of this tenant has come. A tenant who was away starts level with the least served: rest saves nothing. */
  enter(tenant: string): void {
    const share = this.#shares.get(tenant);
    if (share) {
      share.requests++;
      return;
    }
    let used = Number.POSITIVE_INFINITY;
    for (const other of this.#shares.values()) used = Math.min(used, other.used);
    this.#shares.set(tenant, { used: Number.isFinite(used) ? used : 0, requests: 1 });
  }

  /** A request of this tenant has ended. */
  leave(tenant: string): void {
    const share = this.#shares.get(tenant);
    if (share && --share.requests === 0) this.#shares.delete(tenant);
  }

  /** Milliseconds that this tenant has had. */
  used(tenant: string): number {
    return this.#shares.get(tenant)?.used ?? 0;
  }

  /** Adds milliseconds; negative ones give back what was expected and not used. */
  charge(tenant: string, milliseconds: number): void {
    const share = this.#shares.get(tenant);
    if (share) share.used += milliseconds;
  }
}
