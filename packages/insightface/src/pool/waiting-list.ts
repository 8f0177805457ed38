// Requests that wait, and who is next: the highest priority first, in it the tenant who had least, then who came
// first. A lower priority that has waited for long gets one turn in four, so that it never starves.
import type { TenantShares } from './tenant-shares.js';

export interface Waiting {
  /** Only requests of one lane may share a batch. */
  readonly lane: string;
  /** 0 is the highest priority. */
  readonly level: number;
  readonly tenant: string;
  /** Images. */
  readonly images: number;
  /** Memory that the request holds while it waits. */
  readonly bytes: number;
  /** Milliseconds that a worker will need, as far as is known. */
  readonly expectedMs: number;
  readonly submittedAt: number;
  /** Shares no batch: a worker died over it once. */
  readonly alone: boolean;
}

/** From this wait on, a lower priority gets its turn. */
const agedMs = 1000;
/** Turns of the highest priority for each one of an aged lower one. */
const turnsBetween = 3;

export class WaitingList<Request extends Waiting> {
  readonly #requests: Request[] = [];
  readonly #shares: TenantShares;
  #images = 0;
  #bytes = 0;
  /** Turns since an aged request had one. */
  #turns = turnsBetween;

  constructor(shares: TenantShares) {
    this.#shares = shares;
  }

  get images(): number {
    return this.#images;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(request: Request): void {
    this.#requests.push(request);
    this.#count(request, 1);
  }

  /** Puts back what was taken already: it is older than all that wait. */
  putBack(request: Request): void {
    this.#requests.unshift(request);
    this.#count(request, 1);
  }

  /** Whether the request was still waiting. */
  remove(request: Request): boolean {
    const index = this.#requests.indexOf(request);
    if (index < 0) return false;
    this.#requests.splice(index, 1);
    this.#count(request, -1);
    return true;
  }

  /** Milliseconds of work that waits and is not of a lower priority. */
  expectedMs(level: number): number {
    let sum = 0;
    for (const request of this.#requests) if (request.level <= level) sum += request.expectedMs;
    return sum;
  }

  /** The request that the next batch begins with, still in the list. */
  first(now: number): Request | undefined {
    const [level, aged] = this.#levels(now);
    return this.#best(request => request.level === (aged ?? level));
  }

  /** Takes `first` and others of its lane, up to so many images. The expected time is charged to the tenants. */
  take(first: Request, images: number, now: number): Request[] {
    this.#noteTurn(first, now);
    const batch: Request[] = [];
    let left = images;
    for (let next: Request | undefined = first; next; ) {
      this.remove(next);
      this.#shares.charge(next.tenant, next.expectedMs);
      batch.push(next);
      left -= next.images;
      next = first.alone
        ? undefined
        : this.#best(other => other.lane === first.lane && !other.alone && other.images <= left);
    }
    return batch;
  }

  /** Images that wait in a lane. */
  inLane(lane: string): number {
    let images = 0;
    for (const request of this.#requests) if (request.lane === lane) images += request.images;
    return images;
  }

  /** Takes all. */
  clear(): Request[] {
    this.#images = 0;
    this.#bytes = 0;
    return this.#requests.splice(0);
  }

  /** The highest priority that waits, and the lower one whose turn has come. */
  #levels(now: number): [level: number, aged: number | undefined] {
    let level = Number.POSITIVE_INFINITY;
    for (const request of this.#requests) level = Math.min(level, request.level);
    if (this.#turns < turnsBetween) return [level, undefined];
    const aged = this.#requests.find(request => request.level > level && now - request.submittedAt > agedMs);
    return [level, aged?.level];
  }

  #noteTurn(taken: Request, now: number): void {
    const [level, aged] = this.#levels(now);
    this.#turns = aged !== undefined && taken.level > level ? 0 : this.#turns + 1;
  }

  #best(fits: (request: Request) => boolean): Request | undefined {
    let best: Request | undefined;
    for (const request of this.#requests)
      if (fits(request) && (!best || this.#before(request, best))) best = request;
    return best;
  }

  /** Of equals, who came first stays. */
  #before(a: Request, b: Request): boolean {
    if (a.level !== b.level) return a.level < b.level;
    return this.#shares.used(a.tenant) < this.#shares.used(b.tenant);
  }

  #count({ images, bytes }: Request, sign: 1 | -1): void {
    this.#images += sign * images;
    this.#bytes += sign * bytes;
  }
}
