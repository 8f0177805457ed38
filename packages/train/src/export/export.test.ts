import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { files } from '@insightface-ts/torch';
import { createImage, FaceAnalysis, readPack } from 'insightface-ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pickle, tensorCall, text } from '../../../torch/src/files/pth/testing/write-pickle.js';
import { writeZip } from '../../../torch/src/files/pth/testing/write-zip.js';
import { seededRandom } from '../data/random.js';
import { embedCrops } from '../loop/embed.js';
import { drawTinyFaces, tinyExperiment } from '../loop/testing/tiny-faces.js';
import { train } from '../loop/train.js';
import { exportRun } from './export-run.js';
import { openBackbone } from './open-backbone.js';
import { openRecognizer } from './open-recognizer.js';
import { packRun } from './pack-run.js';

let folder = '';
let run = '';
beforeAll(async () => {
  folder = await drawTinyFaces();
  run = join(folder, 'run');
  const experiment = tinyExperiment(folder, {
    data: { train: 'faces', size: 112, workers: 0 },
    backbone: { name: 'mbf_paper', embeddingSize: 16 },
    schedule: { steps: 3 },
    batchSize: 4,
    evaluate: {},
  });
  await train(experiment, { out: run });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a pack of a run embeds through ONNX Runtime as the live network does', async () => {
  const manifest = await packRun(run, { name: 'mine', out: join(folder, 'pack') });
  expect(manifest).toEqual(await readPack(join(folder, 'pack')));
  const app = await FaceAnalysis.create({
    pack: join(folder, 'pack'),
    flip: true,
    onNotice: () => undefined,
  });
  const random = seededRandom(5);
  const crop = createImage(112, 112);
  for (let i = 0; i < crop.data.length; i++) crop.data[i] = 256 * random();
  const [throughOnnx] = await app.embedAligned([crop]);
  await app.dispose();
  const recognizer = await openRecognizer(run);
  const liveApp = await FaceAnalysis.create({ tasks: ['landmark'], flip: true, recognizer });
  expect(liveApp.recognizer).toMatchObject({ name: 'run', dimension: 16, inputSize: 112 });
  const [throughEngine] = await liveApp.embedAligned([crop]);
  await liveApp.dispose();
  await recognizer.dispose();
  const [live] = embedCrops(await openBackbone(run), [crop]);
  const norm = (vector: Float32Array) => Math.hypot(...vector);
  const cosine =
    live!.reduce((sum, value, i) => sum + value * throughOnnx![i]!, 0) / norm(live!) / norm(throughOnnx!);
  expect(cosine).toBeGreaterThan(0.999999);
  for (const [i, value] of live!.entries()) expect(throughEngine![i]).toBeCloseTo(value, 4);
});

test("a .pth as PyTorch writes it becomes the ONNX file that the run's own weights become", async () => {
  // All tensors lie in one storage, one after the other.
  const state = [...(await openBackbone(run)).stateDict()];
  const storage = new Float32Array(state.reduce((sum, [, { size }]) => sum + size, 0));
  let offset = 0;
  const entries = state.flatMap(([name, tensor]) => {
    const { shape, size } = tensor;
    const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
    storage.set(Float32Array.from(tensor.data(), Number), offset);
    offset += size;
    return [text(name), tensorCall({ length: storage.length, offset: offset - size, shape, strides })];
  });
  const archive = new Map([
    ['archive/data.pkl', pickle('}(', ...entries, 'u')],
    ['archive/data/0', new Uint8Array(storage.buffer)],
  ]);
  writeFileSync(join(folder, 'published.pth'), writeZip(archive));
  await exportRun(run, join(folder, 'own.onnx'));
  const backbone = { name: 'mbf_paper', embeddingSize: 16 } as const;
  await exportRun(join(folder, 'published.pth'), join(folder, 'published.onnx'), { backbone });
  const [own, published] = ['own', 'published'].map(name => readFileSync(join(folder, `${name}.onnx`)));
  expect(own!.equals(published!)).toBe(true);
});

test('a weights file alone needs its network named; a failed pack leaves nothing', async () => {
  const weights = join(folder, 'weights.safetensors');
  const network = await openBackbone(run);
  await files.saveStateDict(weights, network.stateDict());
  await expect(exportRun(weights, join(folder, 'x.onnx'))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
  await expect(
    exportRun(weights, join(folder, 'x.onnx'), { backbone: { name: 'mbf' } }),
  ).rejects.toMatchObject({ code: 'STATE_DICT_MISMATCH' });
  expect(existsSync(join(folder, 'x.onnx'))).toBe(false);
  await exportRun(weights, join(folder, 'x.onnx'), { backbone: { name: 'mbf_paper', embeddingSize: 16 } });
  expect(readFileSync(join(folder, 'x.onnx')).length).toBeGreaterThan(1e6);
  const calibrate = { pairs: join(folder, 'absent.csv'), images: folder };
  await expect(packRun(run, { name: 'bad', out: join(folder, 'bad'), calibrate })).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
  });
  expect(existsSync(join(folder, 'bad'))).toBe(false);
});
