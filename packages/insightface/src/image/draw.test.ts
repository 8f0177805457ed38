import { describe, expect, it } from 'vitest';
import { createImage } from './image.js';
import { decodeImage, drawFaces, encodeJpeg, encodePng } from './index.js';
import { glyph } from './stroke-font.js';

const blank = createImage(200, 160, new Uint8Array(200 * 160 * 3).fill(40));
const face = {
  bbox: [60, 60, 140, 140],
  kps: [
    [80, 90],
    [120, 90],
    [100, 105],
    [85, 120],
    [115, 120],
  ],
} as const;

describe('drawFaces', () => {
  it('leaves the picture it was given as it is, and everything far from a face', () => {
    const before = new Uint8Array(blank.data);
    const drawn = drawFaces(blank, [face]);
    expect(blank.data).toEqual(before);
    expect([...drawn.data.subarray(0, 3)]).toEqual([40, 40, 40]);
  });

  it("draws the box in the face's colour", () => {
    const drawn = drawFaces(blank, [{ ...face, color: [255, 0, 0] }]);
    const at = (100 * 200 + 60) * 3;
    expect([...drawn.data.subarray(at, at + 3)]).toEqual([255, 0, 0]);
  });

  it('keeps labels inside the picture, and survives boxes outside of it and names of any script', () => {
    for (const bbox of [
      [-50, -50, 20, 20],
      [150, 100, 260, 300],
      [0, 0, 200, 160],
    ] as const)
      expect(() => drawFaces(blank, [{ bbox, label: 'Zoë 李 💐' }])).not.toThrow();
  });

  it('knows every printable ASCII character', () => {
    const box = JSON.stringify(glyph('李'));
    for (let code = 33; code < 127; code++) {
      const strokes = glyph(String.fromCharCode(code));
      expect(JSON.stringify(strokes), String.fromCharCode(code)).not.toBe(box);
      expect(strokes.flat().every(([x, y]) => x >= 0 && x <= 4 && y >= -2 && y <= 6)).toBe(true);
    }
  });
});

describe('encoding', () => {
  it('writes PNG without loss', async () => {
    const drawn = drawFaces(blank, [{ ...face, label: 'Ada 36' }]);
    expect((await decodeImage(await encodePng(drawn))).data).toEqual(new Uint8Array(drawn.data));
  });

  it('writes JPEG close to the pixels', async () => {
    const decoded = await decodeImage(await encodeJpeg(blank, 95));
    expect(decoded.data.every(value => Math.abs(value - 40) <= 2)).toBe(true);
    await expect(encodeJpeg(blank, 101)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
