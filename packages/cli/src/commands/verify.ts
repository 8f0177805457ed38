import type { Command } from 'commander';
import {
  cosineSimilarity,
  type Face,
  type FaceAnalysis,
  InsightFaceError,
  thresholdAtFar,
} from 'insightface-ts';
import { type AppOptions, createApp, parseFraction, withAppOptions } from '../app.js';

interface VerifyOptions extends AppOptions {
  readonly far: number;
  readonly threshold?: number;
  readonly json?: boolean;
}

export function addVerify(program: Command): void {
  withAppOptions(program.command('verify'))
    .description('say whether two photos show the same person')
    .argument('<a>', 'first photo')
    .argument('<b>', 'second photo')
    .option('--far <rate>', 'false accept rate: how often strangers may pass', parseFraction, 1e-3)
    .option('--threshold <cosine>', 'use this threshold instead of the one for --far', Number.parseFloat)
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
}

async function verify(a: string, b: string, options: VerifyOptions): Promise<void> {
  const app = await createApp(options, { tasks: ['detection', 'landmark', 'recognition'] });
  const [first, second] = [await mainFace(app, a), await mainFace(app, b)];
  const similarity = cosineSimilarity(first, second);
  const threshold = options.threshold ?? pickThreshold(app, options.far);
  const answer = {
    similarity,
    threshold: threshold ?? null,
    far: options.threshold === undefined ? options.far : null,
    match: threshold === undefined ? null : similarity >= threshold,
  };
  await app.dispose();
  if (options.json) console.log(JSON.stringify(answer));
  else console.log(describe(answer));
}

function pickThreshold(app: FaceAnalysis, far: number): number | undefined {
  const thresholds = app.recognizer?.thresholds;
  if (thresholds) return thresholdAtFar(thresholds, far);
  console.error(
    `No thresholds were measured for the recogniser ${app.recognizer?.name ?? ''}. Give --threshold; \`insightface eval verification\` measures one on pairs of yours.`,
  );
  return undefined;
}

/** Embedding of the largest face: a selfie may have passers-by in it. */
async function mainFace(app: FaceAnalysis, path: string): Promise<Float32Array> {
  const faces = await app.get(path);
  const area = ({ bbox: [x1, y1, x2, y2] }: Face) => (x2 - x1) * (y2 - y1);
  const largest = faces.reduce<Face | undefined>(
    (best, face) => (best && area(best) >= area(face) ? best : face),
    undefined,
  );
  if (!largest)
    throw new InsightFaceError(
      'NO_FACE',
      `No face was found in ${path}. Use a photo with a clear face, or lower --det-thresh.`,
    );
  if (!largest.embedding)
    throw new InsightFaceError('PACK_INVALID', 'The pack has no recogniser. Choose one that has.');
  return largest.embedding;
}

function describe(answer: {
  similarity: number;
  threshold: number | null;
  far: number | null;
  match: boolean | null;
}): string {
  const similarity = `similarity ${answer.similarity.toFixed(4)}`;
  if (answer.match === null || answer.threshold === null) return `${similarity}, no threshold to judge it by`;
  const rate = answer.far === null ? '' : ` (false accept rate ${answer.far})`;
  return `${answer.match ? 'Same person' : 'Different people'}: ${similarity}, threshold ${answer.threshold.toFixed(4)}${rate}`;
}
