// Feeds damaged and absurd files to the library and notes how each one ends.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createImage, FaceAnalysis, loadPack, type PackManifest } from 'insightface-ts';
import { hostileArchives } from './hostile-archives.js';
import type { HostileFile } from './hostile-files.js';
import { hostileImages } from './hostile-images.js';
import { hostileModels } from './hostile-models.js';

export interface Tally {
  files: number;
  answers: number;
  coded: number;
  /** Names of files that ended otherwise, with what happened. */
  faults: string[];
  slowest: { name: string; milliseconds: number };
}

export interface Counts {
  readonly images: number;
  readonly models: number;
  readonly archives: number;
}

/** Longer than this for one file is a hang. */
const patience = 5000;

/** Runs so many files of each kind. `app` sees the images. */
export async function runHostile(app: FaceAnalysis, counts: Counts): Promise<Tally> {
  const tally: Tally = { files: 0, answers: 0, coded: 0, faults: [], slowest: { name: '', milliseconds: 0 } };
  for (const { name, bytes } of await hostileImages(counts.images))
    await attempt(tally, name, () => app.get(bytes));
  const detector = await soundDetector();
  for (const { name, bytes } of hostileModels(detector, counts.models))
    await attempt(tally, name, () => analyze(new Map([['model.onnx', bytes]])));
  await archives(tally, detector, hostileArchives(detector, counts.archives));
  return tally;
}

async function attempt(tally: Tally, name: string, work: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  tally.files++;
  try {
    await work();
    tally.answers++;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const ours = error instanceof Error && error.name === 'InsightFaceError';
    if (ours && typeof code === 'string') tally.coded++;
    else
      tally.faults.push(
        `${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
  }
  const milliseconds = performance.now() - start;
  if (milliseconds > patience) tally.faults.push(`${name}: took ${Math.round(milliseconds)} ms`);
  if (milliseconds > tally.slowest.milliseconds) tally.slowest = { name, milliseconds };
}

async function soundDetector(): Promise<Uint8Array> {
  const { models } = await loadPack('open', { tasks: ['detection'] });
  const bytes = models[0]?.files.get('model');
  if (!bytes) throw new Error('The pack open has no detector.');
  return bytes;
}

async function analyze(pack: PackManifest | ReadonlyMap<string, Uint8Array>): Promise<void> {
  const app = await FaceAnalysis.create({ pack, tasks: ['detection'], onNotice: () => {} });
  try {
    await app.get(createImage(64, 64));
  } finally {
    await app.dispose();
  }
}

/** Archives come over HTTP, into a model home of their own. */
async function archives(tally: Tally, detector: Uint8Array, files: readonly HostileFile[]): Promise<void> {
  const server = createServer((request, response) => {
    response.end(files[Number(request.url?.slice(1).split('.')[0])]?.bytes);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const home = process.env['INSIGHTFACE_HOME'];
  const temporary = await mkdtemp(join(tmpdir(), 'insightface-hostile-'));
  process.env['INSIGHTFACE_HOME'] = temporary;
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const sha256 = createHash('sha256').update(detector).digest('hex');
    for (const [index, { name }] of files.entries())
      await attempt(tally, name, () => analyze(packFrom(`${url}/${index}.zip#model.onnx`, sha256)));
  } finally {
    if (home === undefined) delete process.env['INSIGHTFACE_HOME'];
    else process.env['INSIGHTFACE_HOME'] = home;
    server.close();
    server.closeAllConnections();
    await rm(temporary, { recursive: true, force: true });
  }
}

function packFrom(source: string, sha256: string): PackManifest {
  return {
    name: 'hostile',
    title: 'From an archive',
    license: 'none',
    models: [
      {
        name: 'detector',
        task: 'detection',
        family: 'ultralight',
        files: [{ role: 'model', file: 'model.onnx', format: 'onnx', source, sha256 }],
        input: { size: [240, 320], color: 'rgb', mean: 127, std: 128, layout: 'nchw' },
        license: 'none',
      },
    ],
  };
}
