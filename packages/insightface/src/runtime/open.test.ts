import { readFileSync } from 'node:fs';
import { readModel, setInputSize, writeModel } from '@insightface-ts/onnx';
import { afterEach, describe, expect, it } from 'vitest';
import { createDetector } from '../detection/index.js';
import type { Box } from '../geometry.js';
import { decodeImage } from '../image/decode.js';
import { fetchDemoPhotos, type LoadedModel, loadPack } from '../zoo/index.js';
import { createSession } from './node.js';
import { openSession } from './open.js';
import type { Session, Tensor } from './session.js';

const opened: Session[] = [];

afterEach(async () => {
  for (const session of opened.splice(0)) await session.dispose();
});

async function track(session: Promise<Session>): Promise<Session> {
  opened.push(await session);
  return session;
}

const quiet = { onNotice: () => {} };

async function modelOf(pack: string, name: string): Promise<LoadedModel> {
  const { models } = await loadPack(pack, quiet);
  const model = models.find(({ spec }) => spec.name === name);
  if (!model)
    throw new Error(`${pack} has no ${name}, but ${models.map(({ spec }) => spec.name).join(', ')}.`);
  return model;
}

function bytesOf({ files }: LoadedModel): Uint8Array {
  return files.get('model') as Uint8Array;
}

function waves(dims: readonly number[]): Tensor {
  const length = dims.reduce((product, size) => product * size, 1);
  return {
    dims,
    data: Float32Array.from({ length }, (_, index) => Math.sin(index * 0.37) + Math.sin(index * 0.0013)),
  };
}

async function answer(session: Session, data: Tensor): Promise<Record<string, Tensor>> {
  return session.run({ [session.inputs[0]?.name ?? '']: data });
}

function largest(data: Float32Array): number {
  return data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function difference(a: Float32Array, b: Float32Array): number {
  return largest(a.map((value, index) => value - (b[index] as number))) / largest(a);
}

describe('openSession', () => {
  it('gives three faces at once what it gives each alone, though the file has a batch of 1', async () => {
    const session = await track(openSession(bytesOf(await modelOf('open', 'fr_feature'))));
    const three = waves([3, 3, 112, 112]);
    const { output: together } = await answer(session, three);
    expect(together?.dims).toEqual([3, 512]);
    for (let face = 0; face < 3; face++) {
      const size = 3 * 112 * 112;
      const one = { dims: [1, 3, 112, 112], data: three.data.slice(face * size, (face + 1) * size) };
      const { output: alone } = await answer(session, one);
      const row = (together as Tensor).data.slice(face * 512, (face + 1) * 512);
      expect(difference((alone as Tensor).data, row)).toBeLessThan(1e-6);
    }
  });

  it('rewrites every network of the packs so that outputs stay equal to 1e-5', async () => {
    for (const pack of ['open', 'open-precise'])
      for (const { spec, files } of (await loadPack(pack, quiet)).models)
        for (const [role, bytes] of files) {
          const plain = await track(createSession(bytes));
          const rewritten = await track(openSession(bytes));
          const dims = (plain.inputs[0]?.dims ?? []).map((size, axis) =>
            typeof size === 'number' && size > 0 ? size : axis === 0 ? 1 : 64,
          );
          const data = waves(dims);
          const [before, after] = [await answer(plain, data), await answer(rewritten, data)];
          for (const [name, { data: values }] of Object.entries(before))
            expect(difference(values, (after[name] as Tensor).data), `${spec.name} ${role}`).toBeLessThan(
              1e-5,
            );
        }
  });

  it('has a coded error for what is no model', async () => {
    const invalid = expect.objectContaining({ code: 'MODEL_INVALID' });
    await expect(openSession(new Uint8Array(100))).rejects.toThrow(invalid);
    const sound = bytesOf(await modelOf('open', 'fr_landmark'));
    await expect(openSession(sound.subarray(0, sound.length / 2))).rejects.toThrow(invalid);
  });
});

describe('setInputSize', () => {
  it('lets the detector see a photo at twice its size: the same faces, in the same places', async () => {
    const model = await modelOf('open', 'fr_detect');
    const larger = writeModel(setInputSize(readModel(bytesOf(model)), { height: 480, width: 640 }));
    const { size: _, ...input } = model.spec.input;
    const detect = async (bytes: Uint8Array, size: readonly [number, number]) => {
      const spec = { ...model.spec, input: { ...input, size } };
      const detector = createDetector(spec, new Map([['model', await track(openSession(bytes))]]));
      const [, , photo = ''] = await fetchDemoPhotos();
      return detector.detect(await decodeImage(readFileSync(photo)));
    };
    const small = await detect(bytesOf(model), [240, 320]);
    const large = await detect(larger, [480, 640]);
    expect(small.length).toBe(3);
    expect(large.length).toBe(3);
    for (const { bbox } of small)
      expect(Math.max(...large.map(other => overlap(bbox, other.bbox)))).toBeGreaterThan(0.65);
  });

  it('refuses sizes and graphs that it does not fit', async () => {
    const model = readModel(bytesOf(await modelOf('open', 'fr_detect')));
    const failed = expect.objectContaining({ code: 'GRAPH_EDIT_FAILED' });
    for (const size of [
      { height: 0, width: 320 },
      { height: 240, width: 1e6 },
      { height: 240.5, width: 320 },
    ])
      expect(() => setInputSize(model, size)).toThrow(failed);
    const inputs = [...model.graph.inputs, ...model.graph.inputs];
    expect(() =>
      setInputSize({ ...model, graph: { ...model.graph, inputs } }, { height: 480, width: 640 }),
    ).toThrow(failed);
  });
});

function overlap(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  const shared = Math.max(0, width) * Math.max(0, height);
  const area = (box: Box) => (box[2] - box[0]) * (box[3] - box[1]);
  return shared / (area(a) + area(b) - shared);
}
