// The photos of a job: where they come from, and all of them through the pool, in the background.
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InsightFaceError } from 'insightface-ts';
import { describeError } from '../errors/describe-error.js';
import { HttpError } from '../errors/http-error.js';
import { type AnalyzedPicture, analyzeFor, type PictureOptions } from '../images/analyze.js';
import type { Services } from '../services.js';
import type { JobContext } from './jobs.js';

/** A photo that is read when its turn comes. */
export interface JobPhoto {
  /** As results name it. */
  readonly name: string;
  read(): Promise<Uint8Array>;
}

export interface JobFailure {
  readonly image: string;
  readonly code: string;
  readonly message: string;
}

const extensions = new Set(['.jpg', '.jpeg', '.jpe', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif']);
const mostPhotos = 20_000;

/**
 * Photos under a folder, named by their way from it. Links are not followed: they may lead out of it.
 * @throws HttpError `INVALID_REQUEST` when there are none, or too many.
 */
export async function photosUnder(folder: string): Promise<JobPhoto[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter(entry => entry.isFile() && extensions.has(extname(entry.name).toLowerCase()))
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0 || files.length > mostPhotos)
    throw new HttpError('INVALID_REQUEST', `A folder for a job holds 1 to ${mostPhotos} photos.`);
  return files.map(file => ({
    name: relative(folder, file).split(sep).join('/'),
    read: () => readFile(file),
  }));
}

/** Hands every picture to `use`, as they are done; returns those that could not be read. */
export async function analyzePhotos(
  services: Services,
  tenant: string,
  photos: readonly JobPhoto[],
  { signal, progress }: JobContext,
  options: PictureOptions,
  use: (name: string, picture: AnalyzedPicture) => void | Promise<void>,
): Promise<JobFailure[]> {
  const failures: JobFailure[] = [];
  const waiting = photos.values();
  let done = 0;
  progress(0, photos.length);
  const work = async () => {
    for (const photo of waiting) {
      if (signal.aborted) return;
      try {
        const bytes = await photo.read();
        await use(
          photo.name,
          await untilFree(signal, () =>
            analyzeFor({ services, tenant, signal, priority: 'background' }, bytes, options),
          ),
        );
      } catch (error) {
        if (signal.aborted) return;
        const { status, code, message } = describeError(error);
        if (status >= 500) throw error;
        failures.push({ image: photo.name, code, message });
      }
      progress(++done, photos.length);
    }
  };
  // A few at once keep every worker busy while the next photo is read.
  await Promise.all(Array.from({ length: services.pool.stats().workers + 1 }, work));
  signal.throwIfAborted();
  return failures.sort((a, b) => a.image.localeCompare(b.image));
}

/** People come before jobs: these try again when the queue is full. */
async function untilFree<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const passes = error instanceof InsightFaceError && ['BUSY', 'WORKER_FAILED'].includes(error.code);
      if (!passes || signal.aborted) throw error;
      await sleep(250, undefined, { signal });
    }
  }
}
