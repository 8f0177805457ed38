// How many images a batch takes: the smallest size that is as quick per image as any, as measured on this machine.

/** Weight of the newest measurement. */
const newest = 0.2;
/** A larger batch must be this much quicker per image; less is noise, and all of it waits longer. */
const worthwhile = 0.9;
/** Every so many batches, a neighbouring size is tried. */
const tryEvery = 16;
/** No batch is meant to keep a worker for longer: it would keep requests of higher priority waiting. */
const longestMs = 250;

/** Learns the size from the times of batches: where a larger batch has no gain it stays small, where a batch has fixed costs it grows. */
export class BatchSize {
  readonly #largest: number;
  /** Milliseconds per image, by size: 1, 2, 4 ... */
  readonly #times = new Map<number, number>();
  #best = 1;
  #asked = 0;

  constructor(largest: number) {
    this.#largest = largest;
  }

  /** The size that was found best. */
  get best(): number {
    return this.#best;
  }

  /** Milliseconds per image at the best size; undefined before anything was measured. */
  get msPerImage(): number | undefined {
    return this.#times.get(this.#best) ?? this.#times.get(1) ?? [...this.#times.values()][0];
  }

  /** Size of the next batch: mostly the best, now and then a neighbour of it. */
  next(): number {
    if (++this.#asked % tryEvery !== 0) return this.#best;
    const larger = this.#best * 2 <= this.#largest;
    const smaller = this.#best > 1 && (!larger || this.#asked % (2 * tryEvery) === 0);
    return smaller ? this.#best / 2 : larger ? this.#best * 2 : this.#best;
  }

  /** Notes that a batch of so many images took this long. */
  record(images: number, milliseconds: number): void {
    const size = 2 ** Math.floor(Math.log2(images));
    const time = milliseconds / images;
    const before = this.#times.get(size) ?? time;
    this.#times.set(size, before + newest * (time - before));
    this.#best = this.#find();
  }

  #find(): number {
    let best = 1;
    let bestTime = this.#times.get(1) ?? Number.POSITIVE_INFINITY;
    for (let size = 2; size <= this.#largest; size *= 2) {
      const time = this.#times.get(size);
      if (time === undefined || time >= bestTime * worthwhile || time * size > longestMs) continue;
      best = size;
      bestTime = time;
    }
    return best;
  }
}
