// Pictures and embeddings of CompreFace's REST manual: the documented shape and status, and refusals.
import { describe, expect, it } from 'vitest';
import {
  answer,
  call,
  embedding,
  images,
  nobodysId,
  photos,
  post,
  useCompreFaceServer,
} from '../../testing/compreface-server.js';

useCompreFaceServer();

const number = expect.any(Number);
const box = { probability: number, x_min: number, y_min: number, x_max: number, y_max: number };
const point = [number, number];
const everything = 'age,gender,landmarks,calculator,pose,mask';
const fullFace = {
  age: { probability: number, low: number, high: number },
  gender: { probability: number, value: 'female' },
  pose: { pitch: number, roll: number, yaw: number },
  embedding: expect.arrayContaining([number]),
  box,
  landmarks: [point, point, point, point, point],
  execution_time: { age: number, gender: number, detector: number, calculator: number, landmarks: number },
};
const versions = {
  age: 'open.faceres',
  gender: 'open.faceres',
  detector: 'open.fr_detect',
  calculator: 'open.fr_feature',
  landmarks: 'open.fr_landmark',
};

describe('pictures', () => {
  it('are recognised, with everything that plugins and status tell', async () => {
    const url = `/recognition/recognize?prediction_count=2&face_plugins=${everything}&status=true&limit=0&det_prob_threshold=0.4`;
    const body = await answer(post(url, { files: { file: photos.adaAgain } }), 200);
    expect(body).toEqual({
      result: [
        {
          ...fullFace,
          subjects: [
            { subject: 'Ada', similarity: number },
            { subject: 'Bea', similarity: number },
          ],
        },
      ],
      plugins_versions: versions,
    });
    const [face] = (body as { result: { subjects: { similarity: number }[] }[] }).result;
    expect(face?.subjects[0]?.similarity).toBeGreaterThan(0.9);
    expect(face?.subjects[1]?.similarity).toBeLessThan(0.5);
  });

  it('are recognised with the box alone by default, the biggest faces first', async () => {
    const json = { file: photos.two.toString('base64') };
    const one = await answer(post('/recognition/recognize?limit=1', { json }), 200);
    expect(one).toEqual({
      result: [{ box, subjects: [{ subject: expect.any(String), similarity: number }] }],
    });
    const both = (await answer(post('/recognition/recognize', { json }), 200)) as {
      result: { box: typeof box }[];
    };
    const areas = both.result.map(
      face => (face.box.x_max - face.box.x_min) * (face.box.y_max - face.box.y_min),
    );
    expect(areas).toHaveLength(2);
    expect(areas).toEqual(areas.toSorted((a, b) => b - a));
  });

  it('that are cut-out faces are recognised without a detector', async () => {
    const crop = await call({ url: `/recognition/faces/${images.get('Ada')}/img` });
    const url = '/recognition/recognize?detect_faces=false&face_plugins=calculator';
    const body = await answer(post(url, { files: { file: crop.rawPayload } }), 200);
    expect(body).toMatchObject({
      result: [
        {
          box: { probability: 1, x_min: 0, y_min: 0, x_max: 112, y_max: 112 },
          subjects: [{ subject: 'Ada' }],
        },
      ],
    });
  });

  it('are verified against a saved one', async () => {
    const url = `/recognition/faces/${images.get('Ada')}/verify?face_plugins=${everything}&status=true`;
    const body = await answer(post(url, { files: { file: photos.adaAgain } }), 200);
    expect(body).toEqual({ result: [{ ...fullFace, similarity: number }], plugins_versions: versions });
    const other = await answer(
      post(`/recognition/faces/${images.get('Bea')}/verify`, { files: { file: photos.adaAgain } }),
      200,
    );
    const similarityOf = (value: unknown) =>
      (value as { result: { similarity: number }[] }).result[0]?.similarity;
    expect(similarityOf(body)).toBeGreaterThan(0.9);
    expect(similarityOf(other)).toBeLessThan(0.5);
    await answer(post(`/recognition/faces/${nobodysId}/verify`, { files: { file: photos.ada } }), 404);
  });

  it('are searched for faces', async () => {
    const url = `/detection/detect?face_plugins=${everything}&status=true`;
    expect(await answer(post(url, { files: { file: photos.ada } }), 200)).toEqual({
      result: [fullFace],
      plugins_versions: versions,
    });
    expect(await answer(post('/detection/detect', { files: { file: photos.two } }), 200)).toEqual({
      result: [{ box }, { box }],
    });
  });

  it('are compared with each other', async () => {
    const url = `/verification/verify?face_plugins=${everything}&status=true`;
    const files = { source_image: photos.ada, target_image: photos.two };
    const body = await answer(post(url, { files }), 200);
    const match = { ...fullFace, similarity: number };
    expect(body).toEqual({
      result: [{ source_image_face: fullFace, face_matches: [match, match], plugins_versions: versions }],
      plugins_versions: versions,
    });
    const json = {
      source_image: photos.ada.toString('base64'),
      target_image: photos.adaAgain.toString('base64'),
    };
    const plain = await answer(post('/verification/verify', { json }), 200);
    expect(plain).toEqual({
      result: [{ source_image_face: { box }, face_matches: [{ box, similarity: number }] }],
    });
  });

  const pictureRoutes: [url: string, fields: string[]][] = [
    ['/recognition/faces?subject=Ida', ['file']],
    ['/recognition/recognize', ['file']],
    ['/recognition/faces/ADA/verify', ['file']],
    ['/detection/detect', ['file']],
    ['/verification/verify', ['source_image', 'target_image']],
  ];
  it.each(pictureRoutes)(
    '%s refuses what is no picture, shows no face, or is not there',
    async (url, fields) => {
      const path = url.replace('ADA', images.get('Ada') ?? '');
      const files = (bytes: Uint8Array) => Object.fromEntries(fields.map(field => [field, bytes]));
      const refusal = (code: number) => ({ message: expect.any(String), code });
      expect(await answer(post(path, { files: files(Buffer.from('no picture')) }), 400)).toEqual(refusal(21));
      expect(await answer(post(path, { files: files(photos.nobody) }), 400)).toEqual(refusal(28));
      expect(await answer(post(path, { files: { another: photos.ada } }), 400)).toEqual(refusal(34));
      expect(await answer(post(path, { json: {} }), 400)).toEqual(refusal(34));
    },
  );

  it.each(['limit=-1', 'det_prob_threshold=2', 'status=perhaps', 'face_plugins=age,hair'])(
    'refuse the option %s',
    async option => {
      const body = await answer(post(`/detection/detect?${option}`, { files: { file: photos.ada } }), 400);
      expect(body).toEqual({ message: expect.any(String), code: expect.any(Number) });
    },
  );
});

describe('embeddings', () => {
  it('are recognised', async () => {
    const json = { embeddings: [embedding] };
    expect(await answer(post('/recognition/embeddings/recognize?prediction_count=1', { json }), 200)).toEqual(
      {
        result: [
          {
            embedding: expect.arrayContaining([number]),
            similarities: [{ subject: 'Ada', similarity: expect.closeTo(1, 1) }],
          },
        ],
      },
    );
  });

  it('are verified against a saved face and against each other', async () => {
    const saved = post(`/recognition/embeddings/faces/${images.get('Ada')}/verify`, {
      json: { embeddings: [embedding, embedding.map(value => -value)] },
    });
    const result = [
      { embedding: expect.any(Array), similarity: expect.closeTo(1, 1) },
      { embedding: expect.any(Array), similarity: 0 },
    ];
    expect(await answer(saved, 200)).toEqual({ result });
    const json = { source: embedding, targets: [embedding, embedding.map(value => -value)] };
    expect(await answer(post('/verification/embeddings/verify', { json }), 200)).toEqual({ result });
    await answer(
      post(`/recognition/embeddings/faces/${nobodysId}/verify`, { json: { embeddings: [embedding] } }),
      404,
    );
  });

  it.each([{ embeddings: [[1, 2]] }, { embeddings: [] }, { embeddings: [['a']] }, {}])(
    'refuse %j',
    async json => {
      const body = await answer(post('/recognition/embeddings/recognize', { json }), 400);
      expect(body).toEqual({ message: expect.any(String), code: expect.any(Number) });
    },
  );
});
