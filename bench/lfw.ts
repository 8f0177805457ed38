// LFW View 2: all 6,000 pairs, from the 250x250 frames through our own detector, points and alignment. No image is left
// out: a pair with a missed face is an error. Of several faces in a frame the central one counts (embedImages says how);
// no mirror image, nothing chosen on these pairs. `node bench/dist/lfw.js [open | scrfd]`, default both.
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  embedImages,
  evaluateVerification,
  FaceAnalysis,
  readPairs,
  type VerificationResult,
} from 'insightface-ts';
import { percent } from './percent.js';
import { sharedPath } from './shared-data.js';

async function measure(pack: string): Promise<VerificationResult> {
  const { pairs, images } = await readPairs(sharedPath('data/lfw'), sharedPath('data/lfw/pairs.txt'));
  const app = await FaceAnalysis.create({ pack, tasks: ['detection', 'landmark', 'recognition'] });
  try {
    const { embeddings } = await embedImages(app, images, {
      onProgress: (done, total) => {
        if (done % 1000 === 0) console.error(`${done} of ${total} images`);
      },
    });
    return evaluateVerification({ pairs, embeddings });
  } finally {
    await app.dispose();
  }
}

function row(name: string, { summary, tar }: VerificationResult): string {
  const point = tar.find(({ target }) => target === 1e-3);
  return [
    '',
    ` ${name} `,
    ` ${percent(summary.accuracy.mean)} ± ${percent(summary.accuracy.std)} `,
    point ? ` ${percent(point.value)} (${percent(point.low)} – ${percent(point.high)}) ` : ' – ',
    ` ${percent(summary.eer ?? Number.NaN)} `,
    ` ${percent(summary.auc ?? Number.NaN)} `,
    ` ${summary.missed} `,
    '',
  ].join('|');
}

const [only] = process.argv.slice(2);
if (only !== undefined && only !== 'open' && only !== 'scrfd')
  throw new Error(`The packs measured here are open and scrfd, not ${only}.`);
const folder = await mkdtemp(join(tmpdir(), 'insightface-lfw-'));
try {
  for (const file of ['scrfd_500m.onnx', 'mobilefacenet.onnx'])
    await symlink(sharedPath(`weights/${file}`), join(folder, file));
  const machine = `${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}`;
  console.log(`LFW View 2, 6,000 pairs, percent; ${new Date().toISOString().slice(0, 10)}, ${machine}\n`);
  console.log('| pack | accuracy of 10 folds | TAR at FAR 1e-3 (95 %) | EER | AUC | pairs missed |');
  console.log('|---|---|---|---|---|---|');
  if (only !== 'scrfd') console.log(row('open (default)', await measure('open')));
  if (only !== 'open') console.log(row('scrfd_500m + mobilefacenet', await measure(folder)));
} finally {
  await rm(folder, { recursive: true });
}
