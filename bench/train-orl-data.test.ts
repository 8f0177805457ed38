import { expect, test } from 'vitest';
import { heldOut, reported } from './train-orl-data.js';

const names = (items: readonly { image: string }[]) => items.map(({ image }) => image);

test('five images of each of 40 people train, the other five test', () => {
  expect(new Set(names(reported.train)).size).toBe(200);
  expect(new Set(names(reported.test)).size).toBe(200);
  expect(names(reported.train).filter(image => names(reported.test).includes(image))).toEqual([]);
  expect(names(reported.train)).toContain('s40/5.png');
  expect(names(reported.test)).toContain('s1/10.png');
});

test('settings are chosen on training images alone, each held out once and never trained on meanwhile', () => {
  expect(heldOut.flatMap(({ test }) => names(test)).sort()).toEqual(names(reported.train).sort());
  for (const { train, test } of heldOut) {
    expect(names(train)).toHaveLength(160);
    expect([...names(train), ...names(test)].sort()).toEqual(names(reported.train).sort());
  }
});
