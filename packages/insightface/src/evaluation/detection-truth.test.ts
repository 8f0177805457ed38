import { expect, test } from 'vitest';
import { parseDetectionTruth } from './detection-truth.js';

const refused = expect.objectContaining({ code: 'DATASET_INVALID' });
const points = [
  [30, 40],
  [70, 40],
  [50, 60],
  [35, 80],
  [65, 80],
];

test('text: boxes, boxes with points, images without a face, names with blanks', () => {
  const text = `# a comment
my photo.jpg 1 2 30.5 40
a/b.jpg 10 20 90 100 ${points.flat().join(' ')}
my photo.jpg 50 2 80 40
empty.jpg
`;
  expect(parseDetectionTruth(text)).toEqual([
    { image: 'my photo.jpg', faces: [{ bbox: [1, 2, 30.5, 40] }, { bbox: [50, 2, 80, 40] }] },
    { image: 'a/b.jpg', faces: [{ bbox: [10, 20, 90, 100], kps: points }] },
    { image: 'empty.jpg', faces: [] },
  ]);
});

test('CSV with a header', () => {
  expect(parseDetectionTruth('image,x1,y1,x2,y2\n"a.jpg", 1, 2, 3, 4')).toEqual([
    { image: 'a.jpg', faces: [{ bbox: [1, 2, 3, 4] }] },
  ]);
});

test('JSON, and the lines that `insightface analyze --json` prints', () => {
  const face = { bbox: [1, 2, 3, 4], kps: points, detScore: 0.9 };
  const read = [{ image: 'a.jpg', faces: [{ bbox: [1, 2, 3, 4], kps: points }] }];
  expect(parseDetectionTruth(JSON.stringify([{ image: 'a.jpg', faces: [face] }]))).toEqual(read);
  const lines = `${JSON.stringify({ image: 'a.jpg', width: 9, faces: [face] })}\n{"image":"b.jpg","faces":[]}\n`;
  expect(parseDetectionTruth(lines)).toEqual([...read, { image: 'b.jpg', faces: [] }]);
  const ignored = '[{"image": "a", "faces": [{"bbox": [0,0,1,1], "ignore": true}]}]';
  expect(parseDetectionTruth(ignored)[0]!.faces).toEqual([{ bbox: [0, 0, 1, 1], ignore: true }]);
});

test('dlib: boxes, ignored boxes, 68 points become five', () => {
  const parts = Array.from(
    { length: 68 },
    (_, i) => `<part name='${String(i).padStart(2, '0')}' x='${i}' y='${2 * i}'/>`,
  );
  const xml = `<?xml version='1.0'?><dataset><!-- <image file='no.jpg'> --><images>
    <image file='a&amp;b.jpg' width='9'><box top='10' left='20' width='30' height='40' ignore='1'/>
      <box top='1' left="2" width='3' height='4'><label>x</label>${parts.join('\n')}</box></image>
    <image file='none.jpg'></image></images></dataset>`;
  expect(parseDetectionTruth(xml)).toEqual([
    {
      image: 'a&b.jpg',
      faces: [
        { bbox: [20, 10, 50, 50], ignore: true },
        {
          bbox: [2, 1, 5, 5],
          kps: [
            [38.5, 77],
            [44.5, 89],
            [30, 60],
            [48, 96],
            [54, 108],
          ].map(p => p.map(v => expect.closeTo(v, 9))),
        },
      ],
    },
    { image: 'none.jpg', faces: [] },
  ]);
});

test('WIDER FACE: marks, invalid and empty boxes, images without a face', () => {
  const text = `0--Parade/a.jpg
2
10 20 30 40 0 0 0 0 0 0
1 1 5 0 0 0 0 0 0 0
0--Parade/b.jpg
0
0 0 0 0 0 0 0 0 0 0
c.jpg
1
5 6 7 8 0 0 0 1 0 0
`;
  expect(parseDetectionTruth(text)).toEqual([
    { image: '0--Parade/a.jpg', faces: [{ bbox: [10, 20, 40, 60] }, { bbox: [1, 1, 6, 1], ignore: true }] },
    { image: '0--Parade/b.jpg', faces: [] },
    { image: 'c.jpg', faces: [{ bbox: [5, 6, 12, 14], ignore: true }] },
  ]);
});

test('what does not read is refused', () => {
  for (const text of [
    '',
    'a.jpg 1 2 3',
    'a.jpg 30 40 10 20',
    `a.jpg ${Array(10).fill(1).join(' ')}`,
    '[{"image": "a"}]',
    '[{"image": "a", "faces": [{"bbox": [1, 2, 3]}]}]',
    '[{"image": "a", "faces": [{"bbox": [1, 2, 3, null]}]}]',
    '[{"image": "a", "faces": [{"bbox": [1, 2, 3, 4], "kps": [[1, 2]]}]}]',
    '{"image": "a"',
    '<dataset><box top="1"/></dataset>',
    '<dataset></dataset>',
    'a.jpg\n3\n1 2 3 4',
  ])
    expect(() => parseDetectionTruth(text), text).toThrow(refused);
});

test('megabytes of hostile text are read or refused within seconds of processor time', () => {
  const before = process.cpuUsage();
  for (const text of [
    `<${'<!--'.repeat(500_000)}`,
    `<image ${'a'.repeat(2_000_000)}`,
    `<image ${'a'.repeat(2_000_000)}>`,
    `x,${' '.repeat(2_000_000)}`,
    `x ${'1'.repeat(2_000_000)}z`,
    `${'['.repeat(100_000)}`,
    `a${'\n'.repeat(2_000_000)}`,
  ])
    try {
      parseDetectionTruth(text);
    } catch (error) {
      expect(error).toEqual(refused);
    }
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(5);
});
