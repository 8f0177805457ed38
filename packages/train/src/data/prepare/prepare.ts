// From a folder of ordinary photos, `PERSON/*.jpg`, to a packed data set of aligned faces. Work is kept in `OUT.building`
// until all of it is done; then the data set appears under its name in one step.
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { InsightFaceError, listImages, withLock } from 'insightface-ts';
import type { PackedManifest } from '../packed/format.js';
import { PackedWriter } from '../packed/packed-writer.js';
import { WorkerPool, workerFile } from '../worker-pool.js';
import { writing } from '../writing.js';
import { type Decision, decide, personOf } from './decide.js';
import { type Crop, Extractor, type Rejection } from './extract.js';
import type { ExtractRequest } from './extract-worker.js';
import { Journal } from './journal.js';
import { type ExtractSettings, type FullOptions, fullOptions, type PrepareOptions } from './options.js';
import { samePersonThreshold } from './same-people.js';
import { stopIfAsked } from './stop.js';

/** What was made, and what was left out. */
export interface Preparation extends Omit<Decision, 'kept'> {
  readonly source: string;
  readonly out: string;
  readonly manifest: PackedManifest;
  /** Photos and people found. */
  readonly found: { readonly images: number; readonly people: number };
  /** People none of whose pictures was kept. */
  readonly lostPeople: readonly string[];
  /** First kept picture of each person, relative to the source. */
  readonly portraits: ReadonlyMap<string, string>;
  /** Photos that an earlier, stopped run had done already. */
  readonly resumed: number;
  readonly seconds: number;
}

/** Photos a worker takes at a time. */
const photosAtOnce = 8;

/**
 * Makes a data set from `PERSON/*` photos. Stopped at any time, it goes on where it was when it is called again with
 * the same options.
 * @throws InsightFaceError `FILE_NOT_FOUND` without the folder; `DATASET_INVALID` when it holds no photos of people, or
 * none of them can be used; `INVALID_ARGUMENT` for options out of range, when `out` is there already, or when another
 * process is making it; `WRITE_FAILED`; `ABORTED`; and what opening a pack throws.
 */
export async function prepareDataset(source: string, options: PrepareOptions): Promise<Preparation> {
  const full = fullOptions(resolve(source), options, availableParallelism());
  const out = resolve(full.out);
  await refuseExisting(out);
  const sources = await listImages(full.source);
  const people = new Set(sources.map(personOf).filter(person => person !== undefined));
  if (people.size === 0)
    throw new InsightFaceError(
      'DATASET_INVALID',
      `${source} holds no photos in people’s folders. Put the photos of each person in a folder: ${source}/PERSON/photo.jpg.`,
    );
  const onBusy = () => {
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `Another process is making ${out}. Wait until it has ended, or choose another folder.`,
    );
  };
  return withLock(`${out}.building.lock`, () => prepare({ ...full, out }, sources, people, options), {
    onBusy,
  });
}

async function prepare(
  full: FullOptions,
  sources: readonly string[],
  people: ReadonlySet<string>,
  options: PrepareOptions,
): Promise<Preparation> {
  const start = performance.now();
  const { out } = full;
  // While the photos were listed another process may have been quicker.
  await refuseExisting(out);
  const settings = extractSettings(full);
  const extractor = await Extractor.open(settings, {
    ...(options.onDownload && { onProgress: options.onDownload }),
    ...(options.onNotice && { onNotice: options.onNotice }),
  });
  const recognizer = extractor.recognizer;
  const building = `${out}.building`;
  let journal: Journal | undefined;
  try {
    journal = await Journal.open(
      building,
      { ...deciding(settings), recognizer: recognizer?.fingerprint },
      () => options.onNotice?.(`${building} was made with other settings: all photos are looked at anew.`),
    );
    const resumed = journal.entries.size;
    await extractAll(sources, journal, full, extractor, options);
    const decision = await decide(sources, journal, {
      minImages: full.minImages,
      nearCopy: full.nearCopy,
      samePerson: full.samePerson ?? samePersonThreshold(recognizer),
      threads: Math.max(1, full.workers),
      signal: options.signal,
    });
    if (decision.kept.length === 0) throw nothingLeft(full.source, decision);
    const manifest = await pack(join(building, 'packed'), journal, decision, full, options.signal);
    await writing(out, async () => {
      await mkdir(dirname(out), { recursive: true });
      await rename(join(building, 'packed'), out);
    });
    await journal.close();
    journal = undefined;
    await rm(building, { recursive: true, force: true });
    const portraits = new Map<string, string>();
    for (const { crop } of decision.kept) {
      const person = personOf(crop.source)!;
      if (!portraits.has(person)) portraits.set(person, crop.source);
    }
    const { kept: _, ...rest } = decision;
    return {
      ...rest,
      source: full.source,
      out,
      manifest,
      found: { images: sources.length, people: people.size },
      lostPeople: [...people].filter(person => !portraits.has(person)),
      portraits,
      resumed,
      seconds: (performance.now() - start) / 1000,
    };
  } finally {
    await extractor.close();
    await journal?.close();
  }
}

/** What decides how crops come out: a run goes on with or without the network, and on more or fewer threads. */
function deciding({ analysis: { offline: _, threads: __, ...analysis }, ...settings }: ExtractSettings) {
  return { ...settings, analysis };
}

function extractSettings({ source, pack, aligned, size, minFace, encoding, analysis }: FullOptions) {
  return { source, pack, aligned, size, minFace, encoding, analysis } satisfies ExtractSettings;
}

/** A folder that is there is never written into. */
async function refuseExisting(out: string): Promise<void> {
  const info = await stat(out).catch(() => undefined);
  if (!info || (info.isDirectory() && (await readdir(out)).length === 0)) return;
  throw new InsightFaceError(
    'INVALID_ARGUMENT',
    `${out} exists already. Choose another folder for the data set, or remove that one.`,
  );
}

/** Extracts what the journal does not have yet, a few photos at a time on every worker. */
async function extractAll(
  sources: readonly string[],
  journal: Journal,
  { workers, ...full }: FullOptions,
  extractor: Extractor,
  { onProgress, signal }: Pick<PrepareOptions, 'onProgress' | 'signal'>,
): Promise<void> {
  const open = sources.filter(source => personOf(source) !== undefined && !journal.entries.has(source));
  const threads = Math.min(workers, Math.ceil(open.length / photosAtOnce));
  const pool =
    threads > 1
      ? new WorkerPool(
          workerFile('extract-worker', import.meta.url),
          threads,
          extractSettings({ workers, ...full }),
        )
      : undefined;
  let next = 0;
  let done = sources.length - open.length;
  onProgress?.(done, sources.length);
  const work = async (): Promise<void> => {
    while (next < open.length) {
      stopIfAsked(signal);
      const batch = open.slice(next, next + photosAtOnce);
      next += batch.length;
      const request: ExtractRequest = { sources: batch };
      const results = pool
        ? ((await pool.request(request)) as (Crop | Rejection)[])
        : await extractor.extract(batch);
      await journal.add(results);
      done += batch.length;
      onProgress?.(done, sources.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.max(1, threads) }, work));
  } finally {
    await pool?.close();
  }
}

async function pack(
  folder: string,
  journal: Journal,
  { kept, people, dropped }: Decision,
  full: FullOptions,
  signal: AbortSignal | undefined,
): Promise<PackedManifest> {
  await rm(folder, { recursive: true, force: true });
  const writer = await PackedWriter.create(folder, {
    imageSize: { width: full.size, height: full.size },
    shardBytes: full.shardBytes,
  });
  try {
    for (const { crop, label } of kept) {
      stopIfAsked(signal);
      await writer.add(await journal.image(crop), label, crop.source);
    }
    return await writer.finish({
      people,
      dropped,
      madeWith: {
        source: full.source,
        ...(full.pack !== undefined && { pack: full.pack }),
        aligned: full.aligned,
        minFace: full.minFace,
        minImages: full.minImages,
        nearCopy: full.nearCopy,
        encoding: full.encoding.format === 'png' ? 'png' : `jpeg ${full.encoding.quality}`,
      },
    });
  } finally {
    await writer.abandon();
  }
}

function nothingLeft(source: string, { dropped }: Decision): InsightFaceError {
  const counts = new Map<string, number>();
  for (const { reason } of dropped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const reasons = [...counts].map(([reason, count]) => `${reason} ${count}`).join(', ');
  return new InsightFaceError(
    'DATASET_INVALID',
    `None of the ${dropped.length} pictures in ${source} can be used (${reasons}). The first: ${dropped[0]?.source}: ${dropped[0]?.detail}`,
  );
}
