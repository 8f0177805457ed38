import { describe, expect, it } from 'vitest';
import { Candidates } from './candidates.js';
import { nms } from './nms.js';

function candidatesOf(rows: readonly (readonly number[])[]): Candidates {
  const candidates = new Candidates({ points: false });
  for (const [score = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0] of rows) candidates.add(score, x1, y1, x2, y2);
  return candidates;
}

/** The definition, spelled out. */
function plainNms(rows: readonly (readonly number[])[], threshold: number): number[] {
  const order = rows.map((_, index) => index).sort((a, b) => (rows[b]?.[0] ?? 0) - (rows[a]?.[0] ?? 0));
  const kept: number[] = [];
  for (const index of order) {
    const overlaps = kept.some(other => {
      const [, ax1 = 0, ay1 = 0, ax2 = 0, ay2 = 0] = rows[index] ?? [];
      const [, bx1 = 0, by1 = 0, bx2 = 0, by2 = 0] = rows[other] ?? [];
      const width = Math.max(0, Math.min(ax2, bx2) - Math.max(ax1, bx1) + 1);
      const height = Math.max(0, Math.min(ay2, by2) - Math.max(ay1, by1) + 1);
      const areas = (ax2 - ax1 + 1) * (ay2 - ay1 + 1) + (bx2 - bx1 + 1) * (by2 - by1 + 1);
      return (width * height) / (areas - width * height) > threshold;
    });
    if (!overlaps) kept.push(index);
  }
  return kept;
}

describe('nms', () => {
  it('keeps what the definition keeps', () => {
    const rows = Array.from({ length: 400 }, (_, i) => {
      const [x, y] = [(i * 37) % 101, (i * 53) % 97];
      return [((i * 61) % 400) / 400, x, y, x + 10 + (i % 23), y + 10 + (i % 29)];
    });
    for (const threshold of [0, 0.1, 0.4, 0.9])
      expect(nms(candidatesOf(rows), threshold)).toEqual(plainNms(rows, threshold));
  });

  it('counts pixels from edge to edge, and drops only what overlaps by more than the threshold', () => {
    // Both are 10 pixels wide and 10 high and share 5 columns: 50 of 150.
    const rows = [
      [0.9, 0, 0, 9, 9],
      [0.8, 5, 0, 14, 9],
    ];
    expect(nms(candidatesOf(rows), 1 / 3)).toEqual([0, 1]);
    expect(nms(candidatesOf(rows), 0.333)).toEqual([0]);
  });

  it('divides by the smaller box when asked to', () => {
    const rows = [
      [0.9, 0, 0, 99, 99],
      [0.8, 10, 10, 29, 29],
    ];
    expect(nms(candidatesOf(rows), 0.7)).toEqual([0, 1]);
    expect(nms(candidatesOf(rows), 0.7, 'minimum')).toEqual([0]);
  });

  it('ends soon when a network calls every cell a face', () => {
    const many = new Candidates({ points: false });
    for (let i = 0; i < 200_000; i++) many.add(1, i * 20, 0, i * 20 + 9, 9);
    const start = performance.now();
    expect(nms(many, 0.4).length).toBe(10_000);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('candidates', () => {
  it('drop boxes and points that are not finite', () => {
    const candidates = new Candidates({ points: true });
    expect(candidates.add(Number.NaN, 0, 0, 1, 1)).toBe(-1);
    expect(candidates.add(0.5, 0, Number.POSITIVE_INFINITY, 1, 1)).toBe(-1);
    expect(candidates.add(0.5, 0, 0, 1, 1)).toBe(0);
    for (let point = 0; point < 5; point++) candidates.setPoint(0, point, point, Number.NaN);
    expect(candidates.detection(0)).toEqual({ bbox: [0, 0, 1, 1], detScore: 0.5 });
  });
});
