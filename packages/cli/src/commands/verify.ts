import type { Command } from 'commander';
import { cosineSimilarity, type FaceAnalysis, InsightFaceError } from 'insightface-ts';
import { type AppOptions, addAppOptions, parseCosine, parseFraction, withApp } from '../app.js';
import { largestFace } from '../largest-face.js';
import { measuredThreshold, recognizerOf } from '../recognizer.js';
import { print, warn } from '../terminal.js';

interface VerifyOptions extends AppOptions {
  readonly far: number;
  readonly threshold?: number;
  readonly json?: boolean;
}

export function addVerify(program: Command): void {
  const command = program
    .command('verify')
    .description('say whether two photos show the same person')
    .argument('<a>', 'first photo')
    .argument('<b>', 'second photo')
    .option('--far <rate>', 'false accept rate: how often strangers may pass', parseFraction, 1e-3)
    .option('--threshold <cosine>', 'use this threshold instead of the one for --far', parseCosine)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
The largest face of each photo counts. The threshold is the one measured for the pack's recogniser at that rate.

Examples:
  insightface verify passport.jpg selfie.jpg
  insightface verify a.jpg b.jpg --far 1e-4 --json

Exit code: 0 when there is an answer (read "match"), 1 when there is none.`,
    )
    .action(verify);
  addAppOptions(command);
}

async function verify(a: string, b: string, options: VerifyOptions): Promise<void> {
  const answer = await withApp(options, { tasks: ['detection', 'landmark', 'recognition'] }, app =>
    compare(app, a, b, options),
  );
  if (options.json) print(JSON.stringify(answer));
  else print(describe(answer));
}

interface Answer {
  readonly similarity: number;
  /** `null` where none was measured and none was given. */
  readonly threshold: number | null;
  /** `null` where a threshold was given. */
  readonly far: number | null;
  readonly match: boolean | null;
}

async function compare(app: FaceAnalysis, a: string, b: string, options: VerifyOptions): Promise<Answer> {
  recognizerOf(app);
  const [first, second] = [await mainFace(app, a), await mainFace(app, b)];
  const similarity = cosineSimilarity(first, second);
  const threshold = options.threshold ?? pickThreshold(app, options.far);
  return {
    similarity,
    threshold: threshold ?? null,
    far: options.threshold === undefined ? options.far : null,
    match: threshold === undefined ? null : similarity >= threshold,
  };
}

function pickThreshold(app: FaceAnalysis, far: number): number | undefined {
  const threshold = measuredThreshold(app, far);
  if (threshold === undefined)
    warn(
      `No thresholds were measured for the recogniser ${recognizerOf(app).name}. Give --threshold; \`insightface eval verification\` measures one on pairs of yours.`,
    );
  return threshold;
}

/** Embedding of the largest face: a selfie may have passers-by in it. */
async function mainFace(app: FaceAnalysis, path: string): Promise<Float32Array> {
  const faces = await app.get(path).catch((error: unknown) => {
    // Which of the two photos it is.
    if (error instanceof InsightFaceError)
      throw new InsightFaceError(error.code, `${path}: ${error.message}`, { cause: error });
    throw error;
  });
  const embedding = largestFace(faces)?.embedding;
  if (!embedding)
    throw new InsightFaceError(
      'NO_FACE',
      `No face was found in ${path}. Use a photo with a clear face, or lower --det-thresh.`,
    );
  return embedding;
}

function describe(answer: Answer): string {
  const similarity = `similarity ${answer.similarity.toFixed(4)}`;
  if (answer.match === null || answer.threshold === null) return `${similarity}, no threshold to judge it by`;
  const rate = answer.far === null ? '' : ` (false accept rate ${answer.far})`;
  return `${answer.match ? 'Same person' : 'Different people'}: ${similarity}, threshold ${answer.threshold.toFixed(4)}${rate}`;
}
