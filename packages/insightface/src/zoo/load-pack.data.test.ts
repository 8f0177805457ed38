// Real ONNX files of other makers, as packs without a manifest.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sharedPath } from '../testing/shared-data.js';
import { loadPack } from './load-pack.js';
import type { ModelSpec } from './manifest.js';

const weights = sharedPath('weights');

async function loadOne(file: string, compatibility?: 'insightface'): Promise<ModelSpec | undefined> {
  const files = new Map([[file, await readFile(join(weights, file))]]);
  const tasks = ['detection', 'recognition', 'landmark', 'liveness'] as const;
  for (const task of tasks) {
    const options = { tasks: [task], onNotice: () => undefined, ...(compatibility && { compatibility }) };
    const { models } = await loadPack(files, options).catch(() => ({ models: [] }));
    if (models[0]) return models[0].spec;
  }
  return undefined;
}

test.each([
  ['scrfd_500m.onnx', { family: 'scrfd', input: { color: 'rgb', mean: 127.5, std: 128 } }],
  ['scrfd_2.5g_bnkps.onnx', { family: 'scrfd' }],
  ['yunet_n_dynamic.onnx', { family: 'yunet', input: { color: 'bgr', mean: 0, std: 1 } }],
  ['retinaface_mnet025_640.onnx', { family: 'retinaface', input: { size: [640, 640], color: 'bgr' } }],
  ['pfld_ghostone_98.onnx', { family: 'pfld98', input: { size: [112, 112] } }],
  ['AntiSpoofing_bin_1.5_128.onnx', { family: 'minifasnet', optional: true }],
  ['mobilefacenet.onnx', { family: 'arcface', dimension: 128, input: { mean: [123.675, 116.28, 103.53] } }],
])('%s is recognised', async (file, expected) => {
  expect(await loadOne(file)).toMatchObject(expected);
});

test('mobilefacenet gets the Python package’s mean and std in compatibility mode', async () => {
  expect(await loadOne('mobilefacenet.onnx', 'insightface')).toMatchObject({
    input: { mean: 127.5, std: 127.5 },
  });
});

test('the whole folder is a pack: the first detector by name, and a word about every other file', async () => {
  const notices: string[] = [];
  const { models } = await loadPack(weights, { onNotice: text => notices.push(text) });
  expect(models.map(({ spec }) => spec.name)).toEqual([
    'mobilefacenet',
    'pfld_ghostone_98',
    'retinaface_mnet025_640',
  ]);
  expect(notices).toHaveLength(3);
  const onnx = (await readdir(weights)).filter(name => name.endsWith('.onnx'));
  expect(models.length + notices.length + 1).toBe(onnx.length);
});

test('a damaged model is MODEL_INVALID', async () => {
  const whole = await readFile(join(weights, 'scrfd_500m.onnx'));
  for (const length of [0, 1, 1000, whole.length - 1]) {
    const files = new Map([['det.onnx', whole.subarray(0, length)]]);
    await expect(loadPack(files, { onNotice: () => undefined })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    });
  }
});
