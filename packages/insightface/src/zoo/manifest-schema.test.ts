import { expect, test } from 'vitest';
import { checkManifest } from './manifest-schema.js';
import { builtinPacks } from './packs/index.js';

const file = { role: 'model', file: 'a.onnx', format: 'onnx' };
const model = {
  name: 'a',
  task: 'recognition',
  family: 'arcface',
  files: [file],
  input: { size: [112, 112], color: 'rgb', mean: 127.5, std: [1, 2, 3], layout: 'nchw' },
  thresholds: { '1e-3': 0.33 },
  license: 'MIT',
};
const manifest = { name: 'mine', title: 'Mine', license: 'MIT', models: [model] };

test.each(builtinPacks.map(pack => [pack.name, pack] as const))(
  'the known pack %s is a valid manifest',
  (_, pack) => {
    expect(checkManifest(JSON.parse(JSON.stringify(pack)), pack.name)).toEqual(pack);
  },
);

test('every file of a known pack has a source, and those from npm a digest and a size', () => {
  const files = builtinPacks.flatMap(pack => pack.models.flatMap(({ files }) => files));
  for (const { source, sha256, bytes } of files) {
    expect(source).toBeDefined();
    if (source?.startsWith('npm:')) expect([sha256, bytes]).not.toContain(undefined);
  }
});

test('a manifest of the user’s own is taken as it is', () => {
  expect(checkManifest(manifest, 'mine')).toEqual(manifest);
});

const withModel = (change: object) => ({ ...manifest, models: [{ ...model, ...change }] });
const withFile = (change: object) => withModel({ files: [{ ...file, ...change }] });

test.each<[unknown, string]>([
  [null, 'Expected Object'],
  [{ ...manifest, models: [] }, 'models'],
  [{ ...manifest, name: '../x' }, 'name'],
  [{ ...manifest, extra: 1 }, 'extra'],
  [withModel({ task: 'detect' }), 'models.0.task'],
  [{ ...manifest, models: [model, model] }, 'must not name a model twice'],
  [withModel({ input: { ...model.input, mean: [1, 2] } }), 'one for each channel'],
  [withModel({ input: { ...model.input, color: 'grey' } }), 'one for each channel'],
  [withModel({ input: { ...model.input, color: 'red' } }), 'models.0.input.color'],
  [withModel({ input: { ...model.input, std: 0 } }), 'models.0.input.std'],
  [withModel({ input: { ...model.input, size: [112] } }), 'models.0.input.size'],
  [withModel({ threshold: 1.5 }), 'models.0.threshold'],
  [withModel({ thresholds: { often: 0.3 } }), 'models.0.thresholds'],
  [withModel({ thresholds: { '1e-3': 33 } }), 'models.0.thresholds.1e-3'],
  [withModel({ calibration: { slope: Number.NaN, offset: 0 } }), 'models.0.calibration.slope'],
  [withModel({ files: [file, file] }), 'role twice'],
  [withFile({ file: '/etc/passwd' }), 'models.0.files.0.file'],
  [withFile({ sha256: 'ABC' }), 'models.0.files.0.sha256'],
  [withFile({ source: 'http://example.org/a.onnx' }), 'models.0.files.0.source'],
  [withFile({ source: 'npm:a@1.0.0/a.onnx' }), 'needs its sha256'],
  [withFile({ range: [5, 5] }), 'models.0.files.0.range'],
])('%j is refused, with the field', (data, reason) => {
  expect(() => checkManifest(data, 'mine')).toThrowError(
    expect.objectContaining({ code: 'PACK_INVALID', message: expect.stringContaining(reason) }),
  );
});
