import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { alignFace } from '../alignment/index.js';
import type { FivePoints } from '../geometry.js';
import { decodeImage } from '../image/decode.js';
import type { Image } from '../image/image.js';
import { flipImage } from '../image/pixels.js';
import { resizeImage } from '../image/resize.js';
import { dataImage, golden } from '../testing/golden.js';
import { type OpenModel, sharedModel } from '../testing/pack-models.js';
import { sharedPath } from '../testing/shared-data.js';
import { cosineSimilarity, createRecognizer, normalize, type Recognizer } from './index.js';

interface FaceOf {
  image: string;
  face: number;
}
interface Recognition {
  faces: (FaceOf & {
    norm: number;
    embedding: number[];
    norm_imagenet: number;
    embedding_imagenet: number[];
  })[];
  t1_cosine: number[][];
  compute_sim_random: { a: number[]; b: number[]; sim: number }[];
  flip: (FaceOf & { embedding_of_mirrored_crop: number[] })[];
  get_feat_of_224_crop: FaceOf & { embedding: number[] };
}
interface Alignment {
  faces: (FaceOf & { points: FivePoints })[];
}

const truth = golden<Recognition>('recognition.json');
const points = golden<Alignment>('alignment.json').faces;
const crops = [
  'Robert_Morvillo_0001_0',
  'left_wryneck_0',
  'right_face_0',
  'rot_0_0',
  't1_0',
  't1_1',
  't1_2',
  't1_3',
  't1_4',
  't1_5',
  'woman_0',
];
const photos = new Map<string, Image>();
const plain = { size: [112, 112], color: 'rgb', mean: 127.5, std: 127.5, layout: 'nchw' } as const;
const imagenet = { ...plain, mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };

let model: OpenModel;
let recognizer: Recognizer;

beforeAll(async () => {
  model = await sharedModel('mobilefacenet.onnx', 'recognition', 'arcface', plain);
  recognizer = createRecognizer(model.spec, model.sessions);
  photos.set('insightface-samples/t1.jpg', await decodeImage(readFileSync(sharedPath('golden/t1_bgr.png'))));
});

const cropImage = (name: string) => decodeImage(readFileSync(sharedPath(`golden/crop_${name}.png`)));

function expectSame(ours: Float32Array | undefined, theirs: readonly number[]): void {
  const embedding = Float32Array.from(theirs);
  expect(ours).toHaveLength(theirs.length);
  expect(cosineSimilarity(ours as Float32Array, embedding)).toBeGreaterThan(0.99999);
  const { norm } = normalize(embedding);
  for (const [index, value] of embedding.entries())
    expect(Math.abs((ours?.[index] ?? Number.NaN) - value)).toBeLessThan(1e-3 * norm);
}

describe('embeddings equal those of the real InsightFace', () => {
  it('of its own crops, in one batch though the file has a batch of one', async () => {
    expect(recognizer.dimension).toBe(128);
    const embeddings = await recognizer.embed(await Promise.all(crops.map(name => cropImage(`${name}_112`))));
    for (const [index, name] of crops.entries()) {
      const [, stem, face] = /^(.*)_(\d)$/.exec(name) ?? [];
      const theirs = truth.faces.find(f => f.image.includes(`/${stem}.`) && f.face === Number(face));
      expectSame(embeddings[index], theirs?.embedding ?? []);
    }
  });

  it('of all 72 faces from photo and points, with both ways to feed the pixels', async () => {
    expect(truth.faces).toHaveLength(72);
    const aligned: Image[] = [];
    for (const { image, face } of truth.faces) {
      const photo = photos.get(image) ?? (await dataImage(image));
      photos.set(image, photo);
      const kps = points.find(f => f.image === image && f.face === face)?.points as FivePoints;
      aligned.push(alignFace(photo, kps));
    }
    const embeddings = await recognizer.embed(aligned);
    const other = createRecognizer({ ...model.spec, input: imagenet }, model.sessions);
    const embeddingsImagenet = await other.embed(aligned);
    for (const [index, face] of truth.faces.entries()) {
      expectSame(embeddings[index], face.embedding);
      expectSame(embeddingsImagenet[index], face.embedding_imagenet);
      expect(normalize(embeddings[index] as Float32Array).norm).toBeCloseTo(face.norm, 2);
    }
    const t1 = truth.faces.flatMap(({ image }, index) =>
      image.endsWith('/t1.jpg') ? [embeddings[index]] : [],
    );
    for (const [row, cosines] of truth.t1_cosine.entries())
      for (const [column, cosine] of cosines.entries())
        expect(cosineSimilarity(t1[row] as Float32Array, t1[column] as Float32Array)).toBeCloseTo(cosine, 3);
  });

  it('of mirrored and of larger crops', async () => {
    for (const { image, face, embedding_of_mirrored_crop: theirs } of truth.flip) {
      const crop = await cropImage(`${/([^/]+)\.\w+$/.exec(image)?.[1]}_${face}_112`);
      expectSame((await recognizer.embed([flipImage(crop)]))[0], theirs);
    }
    const large = resizeImage(await cropImage('t1_1_224'), 112, 112);
    const theirs = truth.get_feat_of_224_crop;
    // The file tells for which face of t1 it is; only face 1 has a crop of 224 pixels as a picture.
    const photo = photos.get('insightface-samples/t1.jpg') as Image;
    const kps = points.find(f => f.image === theirs.image && f.face === theirs.face)?.points as FivePoints;
    const ours = theirs.face === 1 ? large : resizeImage(alignFace(photo, kps, 224), 112, 112);
    expectSame((await recognizer.embed([ours]))[0], theirs.embedding);
  });
});

it("cosineSimilarity is InsightFace's compute_sim", () => {
  for (const { a, b, sim } of truth.compute_sim_random)
    expect(cosineSimilarity(Float32Array.from(a), Float32Array.from(b))).toBeCloseTo(sim, 5);
});
