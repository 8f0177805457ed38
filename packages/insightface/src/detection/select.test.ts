import { expect, it } from 'vitest';
import type { Detection } from './detector.js';
import { selectFaces } from './select.js';

const image = { width: 1001, height: 500 };
const corner: Detection = { bbox: [0, 0, 120, 120], detScore: 0.9 };
const middle: Detection = { bbox: [450, 200, 550, 300], detScore: 0.7 };
const small: Detection = { bbox: [480, 230, 520, 270], detScore: 0.8 };
const all = [corner, small, middle];

it('keeps the largest faces, or the largest near the middle', () => {
  expect(selectFaces(all, 1, 'max', image)).toEqual([corner]);
  expect(selectFaces(all, 2, 'max', image)).toEqual([corner, middle]);
  expect(selectFaces(all, 2, 'default', image)).toEqual([middle, small]);
});

it('leaves the order alone when all may stay', () => {
  expect(selectFaces(all, 0, 'max', image)).toEqual(all);
  expect(selectFaces(all, 3, 'max', image)).toEqual(all);
});
