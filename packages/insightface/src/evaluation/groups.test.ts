import { expect, test } from 'vitest';
import { breakDownByGroup, groupOfImage, parseGroups } from './groups.js';

const groups = parseGroups('person,group\nAda,north\nBob,north\nCy;south\n"Di, jr"\tsouth\nEve/1.jpg,east\n');

test('a groups file names people or images', () => {
  expect(groupOfImage(groups, 'Ada/Ada_0001')).toBe('north');
  expect(groupOfImage(groups, 'Ada/Ada_0001.jpg')).toBe('north');
  expect(groupOfImage(groups, 'Eve/1.jpg')).toBe('east');
  expect(groupOfImage(groups, 'Eve/2.jpg')).toBeUndefined();
});

test('rates of each group at one threshold, pairs across groups, and the worst cases', () => {
  const rows: [string, string, boolean, number][] = [
    ['Ada/1', 'Ada/2', true, 0.9],
    ['Ada/1', 'Ada/3', true, 0.2],
    ['Ada/1', 'Bob/1', false, 0.1],
    ['Cy/1', 'Cy/2', true, 0.8],
    ['Cy/1', 'Ada/1', false, 0.7],
    ['Cy/1', 'Ada/2', false, 0.1],
    ['Ada/1', 'Bob/2', false, Number.NaN],
    ['Zoe/1', 'Ada/1', false, 0.9],
  ];
  const pairs = rows.map(([a, b, same]) => ({ a, b, same }));
  const result = breakDownByGroup(
    { pairs, similarities: Float64Array.from(rows, row => row[3]) },
    groups,
    0.5,
  );
  expect(result.ungrouped).toBe(1);
  expect(result.groups).toMatchObject([
    { group: 'north', pairs: 4, missed: 1, accuracy: { value: 0.5 }, tar: { value: 0.5 }, far: { value: 0 } },
    { group: 'south', pairs: 1, missed: 0, accuracy: { value: 1 }, tar: { value: 1 }, far: null },
  ]);
  expect(result.cross).toMatchObject([{ groups: ['north', 'south'], pairs: 2, far: { value: 0.5 } }]);
  expect(result.worst).toEqual({
    tar: { group: 'north', value: 0.5 },
    far: { groups: ['north', 'south'], value: 0.5 },
  });
});

test('unclear groups files are refused', () => {
  for (const text of ['', 'a', 'a,b,c', 'a,x\na,y'])
    expect(() => parseGroups(text)).toThrow(expect.objectContaining({ code: 'DATASET_INVALID' }));
});
