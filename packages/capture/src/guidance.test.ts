import { expect, it } from 'vitest';
import { type CaptureFace, type Hint, judge } from './guidance.js';

const frame = { width: 640, height: 480 };
const good: CaptureFace = { bbox: [240, 130, 400, 350], pose: { yaw: 0, pitch: -6, roll: 0 }, quality: 0.8 };
const hint = (faces: readonly CaptureFace[], before?: CaptureFace, brightness = 120) =>
  judge(faces, frame, () => brightness, 0.4, before).hint;

it.each<[Hint, readonly CaptureFace[], CaptureFace | undefined]>([
  ['no-face', [], undefined],
  ['many-faces', [good, { ...good, bbox: [10, 130, 150, 330] }], good],
  ['too-far', [{ ...good, bbox: [280, 200, 360, 300] }], good],
  ['too-near', [{ ...good, bbox: [160, 20, 480, 460] }], good],
  ['off-center', [{ ...good, bbox: [100, 130, 260, 350] }], good],
  ['look-straight', [{ ...good, pose: { yaw: 30, pitch: -6, roll: 0 } }], good],
  ['look-straight', [{ ...good, pose: { yaw: 0, pitch: -30, roll: 0 } }], good],
  ['low-quality', [{ ...good, quality: 0.2 }], good],
  ['hold-still', [good], undefined],
  ['hold-still', [good], { ...good, bbox: [200, 130, 360, 350] }],
  ['ready', [good], good],
])('%s', (expected, faces, before) => {
  expect(hint(faces, before)).toBe(expected);
});

it('asks for light before it asks for patience', () => {
  expect(hint([good], undefined, 30)).toBe('too-dark');
});

it('takes no heed of people in the background', () => {
  expect(hint([{ ...good, bbox: [10, 10, 70, 90] }, good], good)).toBe('ready');
});
