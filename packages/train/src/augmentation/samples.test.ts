import { decodeImage } from 'insightface-ts';
import { expect, it } from 'vitest';
import { openFolder } from '../data/open-folder.js';
import { drawnImage, drawPeople } from '../data/testing/drawn.js';
import { temporaryFolder } from '../data/testing/temporary-folder.js';
import { augmentationSamples, samplesPage, samplesSheet } from './samples.js';

const folder = temporaryFolder();

it('shows the same pictures before, after each step, and after all', async () => {
  await drawPeople(folder, [3, 2], 32);
  const dataset = await openFolder(folder, { width: 32, height: 32 });
  const rows = await augmentationSamples(dataset, {
    augmentation: [{ kind: 'grey' }, { kind: 'rotate', degrees: 10 }],
    pictures: 4,
  });
  expect(rows.map(({ title }) => title)).toEqual(['Grey', 'Rotate', 'All together']);
  expect(rows[1]!.detail).toBe('Degrees 10, done to 100 % of the pictures.');
  const drawn = [...dataset.labels.keys()].map(i => {
    const [person, picture] = dataset.sourceOf(i)!.match(/\d+/g)!.map(Number);
    return Buffer.from(drawnImage([person!, picture!], 32, 32).data).toString('hex');
  });
  for (const { data } of rows[0]!.before) expect(drawn).toContain(Buffer.from(data).toString('hex'));
  for (const { data } of rows[0]!.after) expect(data[0]).toBe(data[1]);

  const page = await samplesPage(dataset, rows);
  expect(page.match(/<img /g)).toHaveLength(16);
  expect(page).not.toMatch(/(src|href)="(?!data:)/);

  const sheet = await decodeImage(await samplesSheet(rows));
  expect([sheet.width, sheet.height]).toEqual([4 * 36 + 4, 4 * 36 + 4]);
  const first = rows[0]!.before[0]!;
  expect([...sheet.data.subarray((4 * sheet.width + 4) * 3, (4 * sheet.width + 4) * 3 + 96)]).toEqual([
    ...first.data.subarray(0, 96),
  ]);
  for (const pictures of [0, 1.5, 1000])
    await expect(augmentationSamples(dataset, { augmentation: [], pictures })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  await dataset.close();
});
