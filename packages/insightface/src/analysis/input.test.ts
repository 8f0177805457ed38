import { expect, it } from 'vitest';
import { type ImageInput, readImage } from './input.js';

// What callers without types hand in.
it.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a number', 5],
  ['a plain object', {}],
  ['an ArrayBuffer', new ArrayBuffer(12)],
  ['pixels without data', { width: 2, height: 2 }],
  ['pixels as floats', { width: 1, height: 1, data: new Float32Array(3) }],
  ['pixels of no size', { width: 0, height: 0, data: new Uint8Array() }],
  ['pixels of broken size', { width: Number.NaN, height: 2, data: new Uint8Array(6) }],
  ['an address', new URL('http://localhost/a.jpg')],
])('refuses %s as a picture', async (_, input) => {
  await expect(readImage(input as ImageInput)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});
