// How much each key may ask for: a token bucket a minute, and a count a day that outlives a restart.
import { HttpError } from '../errors/http-error.js';
import type { StateStore } from '../state/state-store.js';
import type { KeyRecord } from './key-store.js';

interface Bucket {
  tokens: number;
  /** Milliseconds. */
  filledAt: number;
}

interface Usage {
  /** Such as `2026-11-25`. */
  readonly day: string;
  used: number;
}

export class RateLimiter {
  readonly #state: StateStore;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();
  readonly #usage = new Map<string, Usage>();

  constructor(state: StateStore, now: () => number = Date.now) {
    this.#state = state;
    this.#now = now;
  }

  /** Counts one request. @throws HttpError `RATE_LIMITED` with the seconds after which there is room again. */
  take({ id, ratePerMinute, quotaPerDay }: KeyRecord): void {
    if (ratePerMinute !== undefined) this.#takeToken(id, ratePerMinute);
    if (quotaPerDay !== undefined) this.#takeFromQuota(id, quotaPerDay);
  }

  /** Forgets a key that was removed. */
  async forget(id: string): Promise<void> {
    this.#buckets.delete(id);
    this.#usage.delete(id);
    await this.#state.remove(['usage', id]);
  }

  #takeToken(id: string, ratePerMinute: number): void {
    const now = this.#now();
    const bucket = this.#buckets.get(id) ?? { tokens: ratePerMinute, filledAt: now };
    const perMillisecond = ratePerMinute / 60_000;
    bucket.tokens = Math.min(ratePerMinute, bucket.tokens + (now - bucket.filledAt) * perMillisecond);
    bucket.filledAt = now;
    this.#buckets.set(id, bucket);
    if (bucket.tokens < 1)
      throw new HttpError('RATE_LIMITED', `This key may ask ${ratePerMinute} times a minute.`, {
        retryAfter: Math.max(1, (1 - bucket.tokens) / perMillisecond / 1000),
      });
    bucket.tokens--;
  }

  #takeFromQuota(id: string, quotaPerDay: number): void {
    const now = this.#now();
    const day = new Date(now).toISOString().slice(0, 10);
    const known = this.#usage.get(id) ?? this.#state.get<Usage>(['usage', id]);
    const usage = known?.day === day ? known : { day, used: 0 };
    this.#usage.set(id, usage);
    if (usage.used >= quotaPerDay)
      throw new HttpError('RATE_LIMITED', `This key may ask ${quotaPerDay} times a day.`, {
        retryAfter: (Date.parse(`${day}T24:00:00Z`) - now) / 1000,
      });
    usage.used++;
    // Nobody waits for the disk: a crash forgets the last few requests at most.
    this.#state.put(['usage', id], usage).catch(() => undefined);
  }
}
