// Inside a worker: does the jobs of each batch in order, and reads the next picture while the networks run.
import { alignFace } from '../alignment/index.js';
import type { FaceAnalysis } from '../analysis/face-analysis.js';
import { readImage } from '../analysis/input.js';
import { createTimings } from '../analysis/timings.js';
import { InsightFaceError } from '../errors.js';
import type { Image } from '../image/image.js';
import { drawFaces, encodeJpeg, encodePng } from '../image/index.js';
import {
  type Answer,
  type Answers,
  clock,
  type FromWorker,
  type JobOf,
  type NumberedJob,
  type WorkerSettings,
} from './messages.js';
import { toWire } from './wire-error.js';

/** Pictures of a job, or why they do not read. */
type Prepared = { readonly images: Image[]; readonly decode: number } | { readonly error: unknown };

type AnalyzeJob = NumberedJob & { readonly job: JobOf<'analyze'> };

/** Side of crops where no recogniser says another. */
const cropSide = 112;

export interface RunnerOptions extends Pick<WorkerSettings, 'together'> {
  readonly maxPixels: number | undefined;
  /** Whether crops are made as those that FaceAnalysis embeds are by default. */
  readonly antiAlias: boolean;
}

export class BatchRunner {
  readonly #app: FaceAnalysis;
  readonly #options: RunnerOptions;
  readonly #send: (message: FromWorker) => void;
  readonly #controllers = new Map<number, AbortController>();
  #last: Promise<void> = Promise.resolve();

  /** @param send - Is told the end of every job and every batch. */
  constructor(app: FaceAnalysis, options: RunnerOptions, send: (message: FromWorker) => void) {
    this.#app = app;
    this.#options = options;
    this.#send = send;
  }

  /** Queues a batch behind those that run; its first picture is read at once. */
  add(jobs: readonly NumberedJob[]): void {
    const [first] = jobs;
    if (!first) return;
    for (const { id } of jobs) this.#controllers.set(id, new AbortController());
    const prepared = this.#prepare(first);
    this.#last = this.#last.then(() => this.#run(jobs, prepared));
  }

  /** Nobody waits for the answer of this job any more. */
  cancel(id: number): void {
    this.#controllers.get(id)?.abort();
  }

  /** When everything is done. */
  finished(): Promise<void> {
    return this.#last;
  }

  async #run(jobs: readonly NumberedJob[], first: Promise<Prepared>): Promise<void> {
    const start = clock();
    const rest = this.#options.together ? await this.#runTogether(jobs, first, start) : jobs;
    let next = rest[0] === jobs[0] ? first : rest[0] && this.#prepare(rest[0]);
    for (const [index, job] of rest.entries()) {
      const startedAt = clock();
      const prepared = await next;
      const following = rest[index + 1];
      next = following && this.#prepare(following);
      if (prepared) await this.#end(job, startedAt, () => this.#answer(job, prepared));
    }
    this.#send({ kind: 'batch-end', runMs: clock() - start });
  }

  /** Analyses what can be analysed as one; returns the jobs that are left to be done one by one. */
  async #runTogether(
    jobs: readonly NumberedJob[],
    first: Promise<Prepared>,
    startedAt: number,
  ): Promise<readonly NumberedJob[]> {
    const wanted = jobs.filter(isAnalyze).filter(job => !this.#refusal(job));
    const [
      {
        job: { options },
      } = { job: { options: {} } },
    ] = wanted;
    if (wanted.length < 2) return jobs;
    const prepared = await Promise.all(
      wanted.map(async job => ({ job, ...(await (job === jobs[0] ? first : this.#prepare(job))) })),
    );
    const good = prepared.flatMap(entry => ('images' in entry && entry.images[0] ? [entry] : []));
    const done = new Set<NumberedJob>();
    try {
      const images = good.map(entry => entry.images[0] as Image);
      let index = 0;
      for await (const item of this.#app.stream(images, options)) {
        if ('error' in item) throw item.error;
        const { job, decode } = good[index++] as (typeof good)[number];
        done.add(job);
        const { width, height, faces, timings } = item;
        const answer = { width, height, faces, timings: { ...timings, decode } };
        await this.#end(job, startedAt, () => this.#withCrops(job.job, item.input, answer), wanted.length);
      }
    } catch {
      // One image must not harm the others: each is done by itself, and the one at fault says what is wrong with it.
    }
    return jobs.filter(job => !done.has(job));
  }

  async #prepare({ job }: NumberedJob): Promise<Prepared> {
    const start = performance.now();
    const { maxPixels } = this.#options;
    const options = maxPixels === undefined ? {} : { maxPixels };
    try {
      const images: Image[] = [];
      for (const input of job.kind === 'embed' ? job.crops : [job.image])
        images.push(await readImage(input, options));
      return { images, decode: performance.now() - start };
    } catch (error) {
      return { error };
    }
  }

  /** Sends the outcome of a job. `sharers` are the jobs that its time was spent on. */
  async #end(
    numbered: NumberedJob,
    startedAt: number,
    work: () => Promise<Answer>,
    sharers = 1,
  ): Promise<void> {
    const refusal = this.#refusal(numbered);
    let outcome: { answer: Answer } | { error: ReturnType<typeof toWire> };
    try {
      if (refusal) throw refusal;
      outcome = { answer: await work() };
    } catch (error) {
      outcome = { error: toWire(error) };
    }
    const { id } = numbered;
    this.#controllers.delete(id);
    this.#send({ kind: 'end', end: { id, outcome, startedAt, runMs: (clock() - startedAt) / sharers } });
  }

  /** Why a job is not begun. */
  #refusal({ id, expiresAt }: NumberedJob): InsightFaceError | undefined {
    if (this.#controllers.get(id)?.signal.aborted)
      return new InsightFaceError('ABORTED', 'The call was aborted by its signal.');
    if (expiresAt !== undefined && clock() > expiresAt) return deadlineError();
    return undefined;
  }

  async #answer({ id, job }: NumberedJob, prepared: Prepared): Promise<Answer> {
    if ('error' in prepared) throw prepared.error;
    const { images, decode } = prepared;
    const controller = this.#controllers.get(id);
    const signal = controller && { signal: controller.signal };
    if (job.kind === 'embed') return this.#embed(images, signal);
    const [image] = images;
    if (!image) throw new InsightFaceError('IMAGE_INVALID', 'There is no picture to work on.');
    if (job.kind === 'draw') return encodePng(drawFaces(image, job.faces, job.options));
    for await (const item of this.#app.stream([image], { ...job.options, ...signal })) {
      if ('error' in item) throw item.error;
      const { width, height, faces, timings } = item;
      return this.#withCrops(job, image, { width, height, faces, timings: { ...timings, decode } });
    }
    return { width: image.width, height: image.height, faces: [], timings: createTimings() };
  }

  /** One crop after the other, so that no embedding depends on its neighbours; or all at once. */
  async #embed(images: readonly Image[], signal: { signal: AbortSignal } | undefined) {
    if (this.#options.together) return this.#app.embedAligned(images, signal);
    const embeddings: Float32Array[] = [];
    for (const image of images) embeddings.push(...(await this.#app.embedAligned([image], signal)));
    return embeddings;
  }

  async #withCrops(
    job: JobOf<'analyze'>,
    image: Image,
    answer: Answers['analyze'],
  ): Promise<Answers['analyze']> {
    if (job.crops === 'none') return answer;
    const side = this.#app.recognizer?.inputSize ?? cropSide;
    const { antiAlias } = this.#options;
    const encode = job.crops === 'png' ? encodePng : encodeJpeg;
    const crops: Uint8Array[] = [];
    for (const { kps } of answer.faces) crops.push(await encode(alignFace(image, kps, side, { antiAlias })));
    return { ...answer, crops };
  }
}

function isAnalyze(numbered: NumberedJob): numbered is AnalyzeJob {
  return numbered.job.kind === 'analyze';
}

/** The error of a request whose deadline passed while it waited. */
export function deadlineError(): InsightFaceError {
  return new InsightFaceError(
    'DEADLINE_EXCEEDED',
    'The deadline passed before a worker was free. Allow more time, or ask less often.',
  );
}
