import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LoadPackOptions, loadPack } from './load-pack.js';
import type { ModelFile, ModelSpec, PackManifest } from './manifest.js';
import { type FileServer, startFileServer } from './testing/file-server.js';
import { temporaryHome } from './testing/temporary-home.js';
import { tinyArcface, tinyModel, tinyScrfd } from './testing/tiny-model.js';
import { makeZip } from './testing/zip.js';

const weights = randomBytes(50_000);
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
let server: FileServer;
let home: Awaited<ReturnType<typeof temporaryHome>>;
let notices: string[];

beforeEach(async () => {
  [server, home] = await Promise.all([startFileServer(), temporaryHome()]);
  notices = [];
});
afterEach(async () => {
  await Promise.all([server.close(), home.restore()]);
});

function load(source: Parameters<typeof loadPack>[0], options: LoadPackOptions = {}) {
  return loadPack(source, { onNotice: text => notices.push(text), ...options });
}

function model(task: ModelSpec['task'], family: string, file: Partial<ModelFile>): ModelSpec {
  return {
    name: `the ${task}`,
    task,
    family,
    files: [{ role: 'model', file: 'model.onnx', format: 'onnx', ...file }],
    input: { color: 'rgb', mean: 0, std: 1, layout: 'nchw' },
    license: 'MIT',
  };
}

function pack(...models: ModelSpec[]): PackManifest {
  return { name: 'test-pack', title: 'A test', license: 'MIT', models };
}

describe('https', () => {
  const detector = (sha256?: string) =>
    pack(model('detection', 'scrfd', { source: `${server.url}/model.onnx`, ...(sha256 && { sha256 }) }));

  test('is fetched once, then read offline', async () => {
    server.files.set('/model.onnx', weights);
    const first = await load(detector(digest(weights)));
    expect(first.models[0]?.files.get('model')).toEqual(weights);
    await server.close();
    const second = await load(detector(digest(weights)), { offline: true });
    expect(second.models[0]?.files.get('model')).toEqual(weights);
    expect(server.requests).toHaveLength(1);
  });

  test('tells licences once in the life of a model home', async () => {
    server.files.set('/model.onnx', weights);
    await load(detector(digest(weights)));
    await load(detector(digest(weights)));
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain('MIT');
  });

  test('a file with another checksum is not kept', async () => {
    server.files.set('/model.onnx', weights);
    await expect(load(detector(digest(randomBytes(3))))).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    const left = await readdir(home.path, { recursive: true });
    expect(left.filter(name => name.includes('model.onnx/'))).toEqual([]);
  });

  test('offline without a copy says what to do', async () => {
    await expect(load(detector(digest(weights)), { offline: true })).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('insightface models pull'),
    });
  });

  test('a copy that was damaged on the disk is fetched again, and refused offline', async () => {
    server.files.set('/model.onnx', weights);
    await load(detector(digest(weights)));
    const [name] = (await readdir(home.path, { recursive: true })).filter(file => file.endsWith('/file'));
    await writeFile(join(home.path, name ?? ''), 'rotten');
    await expect(load(detector(digest(weights)), { offline: true })).rejects.toMatchObject({
      code: 'CHECKSUM_MISMATCH',
    });
    const { models } = await load(detector(digest(weights)));
    expect(models[0]?.files.get('model')).toEqual(weights);
    expect(notices.some(text => text.includes('damaged'))).toBe(true);
  });

  test('without a pinned checksum the first copy is trusted, and only that ever after', async () => {
    server.files.set('/model.onnx', weights);
    await load(detector());
    expect(notices.some(text => text.includes(digest(weights)))).toBe(true);
    const [name] = (await readdir(home.path, { recursive: true })).filter(file => file.endsWith('/file'));
    await rm(join(home.path, name ?? ''));
    server.files.set('/model.onnx', randomBytes(50_000));
    await expect(load(detector())).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
  });

  test('two processes at once download once', async () => {
    server.files.set('/model.onnx', weights);
    const loads = [1, 2, 3].map(() => load(detector(digest(weights))));
    for (const { models } of await Promise.all(loads)) expect(models[0]?.files.get('model')).toEqual(weights);
    expect(server.requests).toHaveLength(1);
  });

  test('an abort is an abort', async () => {
    server.intercept = () => true;
    const signal = AbortSignal.timeout(200);
    await expect(load(detector(digest(weights)), { signal })).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test('a home that cannot be written is WRITE_FAILED', async () => {
    server.files.set('/model.onnx', weights);
    await writeFile(join(home.path, 'file'), '');
    process.env['INSIGHTFACE_HOME'] = join(home.path, 'file', 'home');
    await expect(load(detector(digest(weights)))).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  });
});

describe('a zip over https, as InsightFace publishes its packs', () => {
  const zipped = () =>
    pack(
      model('detection', 'scrfd', { source: `${server.url}/pack.zip#det.onnx`, file: 'det.onnx' }),
      model('recognition', 'arcface', { source: `${server.url}/pack.zip#rec.onnx`, file: 'rec.onnx' }),
    );

  test('comes down once for all its models, and the archive is not kept', async () => {
    const entries = ['det.onnx', 'rec.onnx', 'inswapper.onnx'].map(name => ({
      name,
      data: randomBytes(1000),
    }));
    server.files.set('/pack.zip', makeZip(entries));
    const first = await load(zipped(), { tasks: ['detection'] });
    expect(first.models).toHaveLength(1);
    const all = await load(zipped(), { offline: true });
    expect(all.models.map(({ files }) => files.get('model'))).toEqual([entries[0]?.data, entries[1]?.data]);
    expect(server.requests).toHaveLength(1);
    const left = await readdir(home.path, { recursive: true });
    expect(left.filter(name => /inswapper|\.part|\.lock|\.tmp/.test(name))).toEqual([]);
  });

  test('a hostile one writes nothing', async () => {
    server.files.set(
      '/pack.zip',
      makeZip([
        { name: 'det.onnx', data: weights },
        { name: '../x', data: weights },
      ]),
    );
    await expect(load(zipped())).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    const left = await readdir(home.path, { recursive: true });
    expect(left.filter(name => name.endsWith('.onnx'))).toEqual([]);
  });
});

describe('a folder', () => {
  async function folder(files: Record<string, Uint8Array | string>): Promise<string> {
    const path = join(home.path, 'my-pack');
    for (const [name, data] of Object.entries(files)) {
      await mkdir(join(path, name, '..'), { recursive: true });
      await writeFile(join(path, name), data);
    }
    return path;
  }

  test('of bare files is routed by the graphs', async () => {
    const path = await folder({ 'det.onnx': tinyScrfd, 'rec.onnx': tinyArcface, 'readme.txt': 'hello' });
    const { manifest, models } = await load(path);
    expect(manifest.name).toBe('my-pack');
    expect(models.map(({ spec }) => [spec.task, spec.family])).toEqual([
      ['detection', 'scrfd'],
      ['recognition', 'arcface'],
    ]);
    expect(models[1]?.files.get('model')).toEqual(Buffer.from(tinyArcface));
  });

  test('tells which files it ignores, and why', async () => {
    const swapper = tinyModel({
      inputs: [
        [1, 3, 128, 128],
        [1, 512],
      ],
      outputs: [[1, 3, 128, 128]],
    });
    await load(await folder({ 'a.onnx': tinyScrfd, 'b.onnx': tinyScrfd, 'inswapper_128.onnx': swapper }));
    expect(notices).toEqual([
      "b.onnx is ignored: a.onnx is the pack's model for detection already.",
      'inswapper_128.onnx is ignored: it is a face swapper, which this library leaves out on purpose.',
    ]);
  });

  test('without a detector is refused, unless none is asked for', async () => {
    const path = await folder({ 'rec.onnx': tinyArcface });
    await expect(load(path)).rejects.toMatchObject({
      code: 'PACK_INVALID',
      message: expect.stringContaining('detector'),
    });
    expect((await load(path, { tasks: ['recognition'] })).models).toHaveLength(1);
  });

  test('with nothing in it, or damaged files, is refused', async () => {
    await expect(load(await folder({ 'a.txt': '' }))).rejects.toMatchObject({ code: 'PACK_INVALID' });
    const cut = tinyScrfd.subarray(0, tinyScrfd.length - 10);
    await expect(load(await folder({ 'det.onnx': cut }))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  test('with our manifest takes its files by relative paths', async () => {
    const manifest = pack(model('detection', 'scrfd', { file: 'nets/det.onnx', sha256: digest(tinyScrfd) }));
    const files = { 'manifest.json': JSON.stringify(manifest), 'nets/det.onnx': tinyScrfd };
    const { models } = await load(await folder(files));
    expect(models[0]?.files.get('model')).toEqual(Buffer.from(tinyScrfd));
    await expect(load(await folder({ 'nets/det.onnx': 'other' }))).rejects.toMatchObject({
      code: 'CHECKSUM_MISMATCH',
    });
  });

  test('whose manifest is wrong names the field', async () => {
    const wrong = { ...pack(model('detection', 'scrfd', { file: '../../secret' })) };
    await expect(load(await folder({ 'manifest.json': JSON.stringify(wrong) }))).rejects.toMatchObject({
      code: 'PACK_INVALID',
      message: expect.stringContaining('models.0.files.0.file'),
    });
    await expect(load(await folder({ 'manifest.json': '{' }))).rejects.toMatchObject({
      code: 'PACK_INVALID',
    });
  });

  test('whose manifest names a file that is not there', async () => {
    const manifest = pack(model('detection', 'scrfd', { file: 'none.onnx' }));
    await expect(load(await folder({ 'manifest.json': JSON.stringify(manifest) }))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
  });
});

describe('an InsightFace 2 pack', () => {
  const v2 = (tasks: object) =>
    new Map<string, Uint8Array>([
      [
        'manifest.json',
        Buffer.from(
          JSON.stringify({ manifest_version: 2, model_id: 'raccoon_s', license: 'MODEL.LICENSE', tasks }),
        ),
      ],
      ['det.onnx', tinyScrfd],
      ['rec.onnx', tinyArcface],
    ]);

  test('loads with the defaults of a silent manifest', async () => {
    const { manifest, models } = await load(
      v2({ detection: { file: 'det.onnx' }, recognition: { file: 'rec.onnx' } }),
    );
    expect(manifest.name).toBe('raccoon_s');
    expect(models.map(({ spec }) => spec)).toMatchObject([
      { task: 'detection', family: 'scrfd', input: { mean: 127.5, std: 128 } },
      { task: 'recognition', input: { size: [112, 112], mean: 127.5, std: 127.5 }, dimension: 512 },
    ]);
  });

  test('loads with its own figures; scale is folded into mean and std', async () => {
    const preprocessing = { mean: [0.5, 0.5, 0.5], std: 0.25, scale: 1 / 256 };
    const recognition = {
      file: 'rec.onnx',
      sha256: digest(tinyArcface),
      input_size: [128, 128],
      embedding_dimension: 256,
      preprocessing,
    };
    const { models } = await load(
      v2({ detection: { file: 'det.onnx', preprocessing: 'embedded' }, recognition }),
    );
    expect(models.map(({ spec }) => spec.input)).toMatchObject([
      { mean: 0, std: 1 },
      { size: [128, 128], mean: [128, 128, 128], std: 64 },
    ]);
  });

  test('tells which tasks it leaves out', async () => {
    await load(v2({ detection: { file: 'det.onnx' }, person_reid: { file: 'x.onnx' } }));
    expect(notices).toEqual([expect.stringContaining('person_reid')]);
  });

  test.each([
    [{ detection: { file: '../det.onnx' } }, 'tasks.detection.file'],
    [{ detection: { file: 'det.onnx', preprocessing: { std: 0 } } }, 'tasks.detection.preprocessing'],
    [{ detection: { file: 'det.onnx', sha256: 'abc' } }, 'tasks.detection.sha256'],
    [{ person_reid: { file: 'x.onnx' } }, 'no task'],
  ])('%j is refused', async (tasks, reason) => {
    await expect(load(v2(tasks))).rejects.toMatchObject({
      code: 'PACK_INVALID',
      message: expect.stringContaining(reason),
    });
  });
});

describe('which models are loaded', () => {
  const optional = { ...model('liveness', 'minifasnet', {}), optional: true };
  const files = new Map<string, Uint8Array>([['model.onnx', weights]]);
  const packOf = (...models: ModelSpec[]) =>
    new Map([...files, ['manifest.json', Buffer.from(JSON.stringify(pack(...models)))]]);
  const tasks = async (options: LoadPackOptions) => {
    const source = packOf(model('detection', 'scrfd', {}), model('recognition', 'arcface', {}), optional);
    return (await load(source, options)).models.map(({ spec }) => spec.task);
  };

  test('all but optional ones, those asked for, or more', async () => {
    expect(await tasks({})).toEqual(['detection', 'recognition']);
    expect(await tasks({ tasks: ['detection'] })).toEqual(['detection']);
    expect(await tasks({ include: ['liveness'] })).toEqual(['detection', 'recognition', 'liveness']);
    expect(await tasks({ tasks: ['detection', 'liveness'] })).toEqual(['detection', 'liveness']);
  });

  test('asking to include what the pack does not have is an error', async () => {
    await expect(
      load(packOf(model('detection', 'scrfd', {})), { include: ['liveness'] }),
    ).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});

test('an unknown name says which are known', async () => {
  await expect(load('bufalo_l')).rejects.toMatchObject({
    code: 'PACK_INVALID',
    message: expect.stringContaining('buffalo_l'),
  });
});

test('a file that does not import is MODEL_INVALID', async () => {
  const manifest = pack(model('detection', 'mtcnn', { file: 'model.tflite', format: 'tflite' }));
  const files = new Map<string, Uint8Array>([
    ['manifest.json', Buffer.from(JSON.stringify(manifest))],
    ['model.tflite', weights],
  ]);
  await expect(load(files)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
});

test('the caller’s own files are only read', async () => {
  const path = join(home.path, 'read-only');
  await mkdir(path);
  await writeFile(join(path, 'det.onnx'), tinyScrfd);
  await load(path);
  expect(await readdir(path)).toEqual(['det.onnx']);
  expect(await readFile(join(path, 'det.onnx'))).toEqual(Buffer.from(tinyScrfd));
});
