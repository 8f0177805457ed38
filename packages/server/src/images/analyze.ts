// One picture through the pool, on behalf of a request.
import type { FastifyRequest } from 'fastify';
import type { AnalyzedImage, Face, Task, Timings } from 'insightface-ts';
import type { AnalysisOptions } from '../schemas/shared.js';
import type { Services } from '../services.js';
import type { ReceivedImage } from './received-image.js';

export interface FoundFace {
  readonly face: Face;
  /** JPEG, 112x112, when crops were asked for. */
  readonly crop?: Uint8Array;
}

export interface AnalyzedPicture {
  readonly width: number;
  readonly height: number;
  readonly faces: readonly FoundFace[];
  readonly timings: Timings;
}

/** On whose behalf the pool works. */
export interface Errand {
  readonly services: Services;
  readonly tenant: string;
  readonly signal: AbortSignal;
  readonly priority: 'interactive' | 'background';
}

/** @throws InsightFaceError `BUSY`, `DEADLINE_EXCEEDED`, `IMAGE_...`; `ABORTED` when the client went away. */
export function analyzePicture(
  request: FastifyRequest,
  { bytes }: ReceivedImage,
  options: PictureOptions,
): Promise<AnalyzedPicture> {
  const { services } = request.server;
  const { gone: signal, access } = request;
  return analyzeFor({ services, signal, tenant: access.tenant, priority: 'interactive' }, bytes, options);
}

/** What is asked for beside what a caller may choose. */
export interface PictureOptions extends AnalysisOptions {
  /** With the recogniser. Default true. */
  readonly recognition?: boolean;
}

/** As {@link analyzePicture}, for a request or for a job. A job waits as long as it takes. */
export async function analyzeFor(
  { services, tenant, signal, priority }: Errand,
  bytes: Uint8Array,
  options: PictureOptions,
): Promise<AnalyzedPicture> {
  const { pool, limits, metrics } = services;
  const image = await pool.analyze(bytes, {
    tenant,
    signal,
    priority,
    tasks: tasksFor(pool.tasks, options),
    ...(priority === 'interactive' && { deadlineMs: limits.requestMs }),
    ...(options.crops && { crops: 'jpeg' as const }),
    ...(options.detThresh !== undefined && { detThresh: options.detThresh }),
    ...(options.maxFaces !== undefined && { maxNum: options.maxFaces }),
  });
  metrics.faces.inc(image.faces.length);
  metrics.queueSeconds.observe(image.queueMs / 1000);
  return pictureOf(image, options.minFaceSize ?? 0);
}

/** Networks that nobody asked for do not run. */
function tasksFor(
  loaded: readonly Task[],
  { recognition = true, attributes = true }: PictureOptions,
): Task[] {
  return loaded.filter(
    task => (task !== 'recognition' || recognition) && (task !== 'gender-age' || attributes),
  );
}

/** Faces with their crops; those that are smaller than asked for are left out. */
function pictureOf(
  { width, height, faces, crops, timings }: AnalyzedImage,
  minFaceSize: number,
): AnalyzedPicture {
  const found = faces.map((face, index) => {
    const crop = crops?.[index];
    return { face, ...(crop && { crop }) };
  });
  return { width, height, faces: found.filter(({ face }) => sideOf(face) >= minFaceSize), timings };
}

/** The shorter side of a face's box, in pixels. */
export function sideOf({ bbox: [x1, y1, x2, y2] }: Face): number {
  return Math.min(x2 - x1, y2 - y1);
}

/** The largest face, or `undefined` when there is none. */
export function largestFace(faces: readonly FoundFace[]): FoundFace | undefined {
  return largestFaces(faces, 1)[0];
}

/** Faces by falling area of their boxes, at most `limit`; 0 is all. */
export function largestFaces(faces: readonly FoundFace[], limit: number): readonly FoundFace[] {
  const area = ({ face: { bbox } }: FoundFace) => (bbox[2] - bbox[0]) * (bbox[3] - bbox[1]);
  return faces.toSorted((a, b) => area(b) - area(a)).slice(0, limit || faces.length);
}
