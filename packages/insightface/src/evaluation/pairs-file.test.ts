import { expect, test } from 'vitest';
import { parsePairs } from './pairs-file.js';

const refused = expect.objectContaining({ code: 'DATASET_INVALID' });

test('LFW View 2: folds of same and different pairs', () => {
  const text = '2\t1\nAda_L\t1\t4\nAda_L\t2\tBob\t11\r\nCy\t3\t5\nCy 1 Di 2\n';
  expect(parsePairs(text)).toEqual([
    { a: 'Ada_L/Ada_L_0001', b: 'Ada_L/Ada_L_0004', same: true, fold: 0 },
    { a: 'Ada_L/Ada_L_0002', b: 'Bob/Bob_0011', same: false, fold: 0 },
    { a: 'Cy/Cy_0003', b: 'Cy/Cy_0005', same: true, fold: 1 },
    { a: 'Cy/Cy_0001', b: 'Di/Di_0002', same: false, fold: 1 },
  ]);
});

test('LFW View 1: every fold gets its tenth of both kinds', () => {
  const same = Array.from({ length: 20 }, (_, i) => `A\t${i + 1}\t${i + 2}`);
  const different = Array.from({ length: 20 }, (_, i) => `A\t${i + 1}\tB\t${i + 1}`);
  const pairs = parsePairs(['20', ...same, ...different].join('\n'));
  for (let fold = 0; fold < 10; fold++) {
    const own = pairs.filter(pair => pair.fold === fold);
    expect(own.map(pair => pair.same)).toEqual([true, true, false, false]);
  }
});

test('a CSV of your own, with and without a header, quotes and folds', () => {
  expect(parsePairs('a,b,same\n"x 1.jpg",y.jpg,1\nx 1.jpg,z.jpg,false\n')).toEqual([
    { a: 'x 1.jpg', b: 'y.jpg', same: true },
    { a: 'x 1.jpg', b: 'z.jpg', same: false },
  ]);
  expect(parsePairs('x;y;0;3')).toEqual([{ a: 'x', b: 'y', same: false, fold: 3 }]);
});

test('what does not read is refused with the line', () => {
  for (const text of [
    '',
    '10 300\nA 1 2',
    '1 1\nA 1 2\nA 1 2',
    '1 1\nA 1 x\nA 1 B 2',
    '1 1\n../../etc 1 2\nA 1 B 2',
    'a,b,maybe',
    'a,b,1\nc,d',
    '999999999 999999999\nA 1 2',
  ])
    expect(() => parsePairs(text)).toThrow(refused);
  expect(() => parsePairs('a,b,1\nc,d')).toThrow(/Line 2/);
});
