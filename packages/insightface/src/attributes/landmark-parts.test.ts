import { describe, expect, it } from 'vitest';
import type { LandmarkKind } from './attribute-model.js';
import { fivePoints } from './five-points.js';
import { indicesOf68, landmarkParts } from './landmark-parts.js';
import { meanShape68 } from './mean-shape.js';

const sizes: Record<LandmarkKind, number> = {
  landmark68: 68,
  landmark3d68: 68,
  landmark98: 98,
  landmark2d106: 106,
  landmark468: 468,
};
const kinds = Object.keys(sizes) as LandmarkKind[];

describe.each(kinds)('%s', kind => {
  it('has parts that do not overlap and stay inside the set', () => {
    const indices = Object.values(landmarkParts[kind]).flat();
    expect(new Set(indices).size).toBe(indices.length);
    expect(indices.every(index => index >= 0 && index < sizes[kind])).toBe(true);
  });

  it('holds 68 different points, each in the part of that name', () => {
    expect(new Set(indicesOf68[kind]).size).toBe(68);
    for (const part of Object.keys(landmarkParts.landmark68) as (keyof typeof landmarkParts.landmark68)[])
      for (const index of landmarkParts.landmark68[part])
        expect(landmarkParts[kind][part], `${part} ${index}`).toContain(indicesOf68[kind][index]);
  });
});

describe('fivePoints', () => {
  it.each(['landmark68', 'landmark3d68'] as const)(
    'takes eye centres, nose tip and mouth corners of %s',
    kind => {
      const five = fivePoints(kind, meanShape68);
      expect(five[2]).toEqual(meanShape68[30]?.slice(0, 2));
      expect(five[3]).toEqual(meanShape68[48]?.slice(0, 2));
      expect(five[4]).toEqual(meanShape68[54]?.slice(0, 2));
      const [left, right] = five;
      expect(left[0]).toBeCloseTo(-0.27, 2);
      expect(right[0]).toBeCloseTo(0.26, 2);
    },
  );
});
