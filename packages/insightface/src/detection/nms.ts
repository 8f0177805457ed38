// Greedy non-maximum suppression with InsightFace's conventions: a box from x1 to x2 is x2 - x1 + 1 wide, and the overlap
// must be greater than the threshold to drop a box.
import type { Candidates } from './candidates.js';
import type { Detection } from './detector.js';

/** What the shared area is divided by: that of both boxes together, or (as MTCNN does at its end) of the smaller one. */
export type Overlap = 'union' | 'minimum';

/** A network gone wild answers with tens of thousands of boxes; only the best of them are compared with each other. */
const mostCompared = 10_000;

/** Indices of the candidates that stay, by falling score. */
export function nms(candidates: Candidates, threshold: number, overlap: Overlap = 'union'): number[] {
  const { scores, boxes } = candidates;
  const order = Array.from({ length: candidates.length }, (_, index) => index)
    .sort((a, b) => (scores[b] as number) - (scores[a] as number))
    .slice(0, mostCompared);
  const dropped = new Uint8Array(order.length);
  const kept: number[] = [];
  for (const [rank, index] of order.entries()) {
    if (dropped[rank]) continue;
    kept.push(index);
    const at = index * 4;
    const x1 = boxes[at] as number;
    const y1 = boxes[at + 1] as number;
    const x2 = boxes[at + 2] as number;
    const y2 = boxes[at + 3] as number;
    const area = (x2 - x1 + 1) * (y2 - y1 + 1);
    for (let later = rank + 1; later < order.length; later++) {
      if (dropped[later]) continue;
      const other = (order[later] as number) * 4;
      const left = boxes[other] as number;
      const top = boxes[other + 1] as number;
      const right = boxes[other + 2] as number;
      const bottom = boxes[other + 3] as number;
      const width = Math.min(x2, right) - Math.max(x1, left) + 1;
      const height = Math.min(y2, bottom) - Math.max(y1, top) + 1;
      if (width <= 0 || height <= 0) continue;
      const shared = width * height;
      const otherArea = (right - left + 1) * (bottom - top + 1);
      const whole = overlap === 'union' ? area + otherArea - shared : Math.min(area, otherArea);
      if (shared / whole > threshold) dropped[later] = 1;
    }
  }
  return kept;
}

/** The detections that stay, by falling score. */
export function strongest(candidates: Candidates, threshold: number): Detection[] {
  return nms(candidates, threshold).map(index => candidates.detection(index));
}
