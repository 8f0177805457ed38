import { expect, it } from 'vitest';
import { createImage } from '../image/image.js';
import { Candidates } from './candidates.js';
import { cropWindow, tiles, windowsAround } from './windows.js';

it('tiles show every face of a quarter of their size whole', () => {
  for (const [width, height] of [
    [640, 480],
    [641, 333],
    [3000, 200],
  ] as const) {
    const windows = tiles({ width, height }, { width: 320, height: 240 });
    const face = 60;
    for (let x = 0; x + face <= width; x += 7)
      for (let y = 0; y + face <= height; y += 7)
        expect(
          windows.some(
            window =>
              window.left <= x &&
              window.top <= y &&
              window.left + window.width >= x + face &&
              window.top + window.height >= y + face,
          ),
        ).toBe(true);
    for (const window of windows) {
      expect(window.left + window.width).toBeLessThanOrEqual(width);
      expect(window.top + window.height).toBeLessThanOrEqual(height);
    }
  }
});

it('one window serves candidates that are near each other', () => {
  const hints = new Candidates({ points: false });
  for (const [x, y] of [
    [300, 300],
    [310, 310],
    [5, 5],
    [900, 700],
  ] as const)
    hints.add(0.3, x - 4, y - 4, x + 4, y + 4);
  const image = { width: 960, height: 720 };
  const windows = windowsAround(hints, [0, 1, 2, 3], image, { width: 160, height: 120 }, 9);
  expect(windows.map(({ left, top }) => [left, top])).toEqual([
    [220, 240],
    [0, 0],
    [800, 600],
  ]);
  expect(windowsAround(hints, [0, 1, 2, 3], image, { width: 160, height: 120 }, 2).length).toBe(2);
});

it('a window holds the pixels of its place', () => {
  const image = createImage(
    7,
    5,
    Uint8Array.from({ length: 105 }, (_, at) => at),
  );
  const part = cropWindow(image, { left: 2, top: 1, width: 3, height: 2 });
  expect([...part.data.subarray(0, 9)]).toEqual([...image.data.subarray((7 + 2) * 3, (7 + 5) * 3)]);
  expect(part.data[9]).toBe(image.data[(14 + 2) * 3]);
});
