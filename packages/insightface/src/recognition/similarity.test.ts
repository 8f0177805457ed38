import { describe, expect, it } from 'vitest';
import { cosineSimilarity, normalize } from './similarity.js';

const code = (name: string) => expect.objectContaining({ code: name });

describe('normalize', () => {
  it('splits direction and length', () => {
    const { unit, norm } = normalize(Float32Array.of(3, 0, -4));
    expect(norm).toBe(5);
    expect([...unit]).toEqual([3 / 5, 0, -4 / 5].map(Math.fround));
  });

  it.each([[[0, 0]], [[Number.NaN, 1]], [[Number.POSITIVE_INFINITY, 1]], [[]]])('refuses %j', values => {
    expect(() => normalize(Float32Array.from(values))).toThrow(code('EMBEDDING_INVALID'));
  });
});

describe('cosineSimilarity', () => {
  it('is the cosine of the angle, whatever the lengths', () => {
    for (let degrees = 0; degrees <= 180; degrees += 15) {
      const angle = (degrees * Math.PI) / 180;
      const cosine = cosineSimilarity(
        Float32Array.of(7, 0),
        Float32Array.of(Math.cos(angle), Math.sin(angle)),
      );
      expect(cosine).toBeCloseTo(Math.cos(angle), 6);
    }
  });

  it('never leaves -1 to 1', () => {
    const a = Float32Array.from({ length: 512 }, (_, i) => Math.sin(i * i));
    expect(cosineSimilarity(a, a)).toBeLessThanOrEqual(1);
    expect(cosineSimilarity(a, a)).toBeCloseTo(1, 12);
  });

  it('refuses embeddings of different models, and broken ones', () => {
    expect(() => cosineSimilarity(new Float32Array(128).fill(1), new Float32Array(512).fill(1))).toThrow(
      code('MODEL_MISMATCH'),
    );
    expect(() => cosineSimilarity(Float32Array.of(1, Number.NaN), Float32Array.of(1, 1))).toThrow(
      code('EMBEDDING_INVALID'),
    );
    expect(() => cosineSimilarity(Float32Array.of(1, 1), Float32Array.of(0, 0))).toThrow(
      code('EMBEDDING_INVALID'),
    );
  });
});
