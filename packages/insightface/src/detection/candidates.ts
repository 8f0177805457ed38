// What a network says before overlapping boxes are thinned out: flat arrays, since most candidates never become objects.
import type { FivePoints, Point } from '../geometry.js';
import type { Detection } from './detector.js';

/** A growing list of boxes with scores, and five points each where the family has them. */
export class Candidates {
  readonly hasPoints: boolean;
  #length = 0;
  #scores: Float64Array = new Float64Array(64);
  #boxes: Float64Array = new Float64Array(64 * 4);
  #points: Float64Array;

  constructor({ points }: { readonly points: boolean }) {
    this.hasPoints = points;
    this.#points = new Float64Array(points ? 64 * 10 : 0);
  }

  get length(): number {
    return this.#length;
  }

  /** Scores; the first `length` are in use. */
  get scores(): Float64Array {
    return this.#scores;
  }

  /** x1, y1, x2, y2 of each candidate. */
  get boxes(): Float64Array {
    return this.#boxes;
  }

  /** Adds a box and returns its index, or -1 where the network's figures are not finite: such a box is dropped. */
  add(score: number, x1: number, y1: number, x2: number, y2: number): number {
    if (!Number.isFinite(score + x1 + y1 + x2 + y2)) return -1;
    const index = this.#length++;
    if (index === this.#scores.length) this.#grow();
    this.#scores[index] = score;
    const at = index * 4;
    this.#boxes[at] = x1;
    this.#boxes[at + 1] = y1;
    this.#boxes[at + 2] = x2;
    this.#boxes[at + 3] = y2;
    return index;
  }

  /** Adds a candidate of another list, without its points. */
  addFrom({ scores, boxes }: Candidates, index: number): number {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(index * 4, index * 4 + 4);
    return this.add(scores[index] ?? 0, x1, y1, x2, y2);
  }

  /** Sets one of the five points of a candidate. */
  setPoint(index: number, point: number, x: number, y: number): void {
    this.#points[index * 10 + point * 2] = x;
    this.#points[index * 10 + point * 2 + 1] = y;
  }

  /** The candidate as a detection. Points that are not finite are left out. */
  detection(index: number): Detection {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = this.#boxes.subarray(index * 4, index * 4 + 4);
    const kps = this.#fivePoints(index);
    return { bbox: [x1, y1, x2, y2], detScore: this.#scores[index] ?? 0, ...(kps && { kps }) };
  }

  #fivePoints(index: number): FivePoints | undefined {
    if (!this.hasPoints) return undefined;
    const values = this.#points.subarray(index * 10, index * 10 + 10);
    if (!values.every(Number.isFinite)) return undefined;
    const point = (at: number): Point => [values[2 * at] ?? 0, values[2 * at + 1] ?? 0];
    return [point(0), point(1), point(2), point(3), point(4)];
  }

  #grow(): void {
    this.#scores = doubled(this.#scores);
    this.#boxes = doubled(this.#boxes);
    this.#points = doubled(this.#points);
  }
}

function doubled(values: Float64Array): Float64Array {
  const larger = new Float64Array(values.length * 2);
  larger.set(values);
  return larger;
}
