import type { Gallery } from '@insightface-ts/gallery';
import { type Command, Option } from 'commander';
import { confidence, type Face, type FaceAnalysis } from 'insightface-ts';
import { type AppOptions, addAppOptions, parseCosine, parseCount, parseFraction, withApp } from '../app.js';
import { openGallery } from '../gallery.js';
import { expandInputs } from '../inputs.js';
import { measuredThreshold, recognizerOf } from '../recognizer.js';
import { warn } from '../terminal.js';
import { createWriter, type MatchJson, type WriterOptions } from '../writer.js';

interface IdentifyOptions extends AppOptions, WriterOptions {
  readonly gallery: string;
  readonly far: number;
  readonly threshold?: number;
  readonly limit: number;
}

export function addIdentify(program: Command): void {
  const command = program
    .command('identify')
    .description('name the faces of photos by the people of a gallery')
    .argument('<path...>', 'image files, folders, globs')
    .requiredOption('--gallery <folder>', 'the gallery that enroll made')
    .option('--far <rate>', 'false accept rate of one comparison', parseFraction, 1e-4)
    .option('--threshold <cosine>', 'use this threshold instead of the one for --far', parseCosine)
    .option('--limit <n>', 'most people named for a face', parseCount, 3)
    .option('--json', 'one JSON object a line for each image')
    .addOption(new Option('--csv', 'one line of CSV for each face').conflicts(['json', 'embedding']))
    .option('--embedding', 'print embeddings, too (with --json)')
    .addHelpText(
      'after',
      `
Examples:
  insightface identify party.jpg --gallery people
  insightface identify 'photos/**/*.jpg' --gallery people --far 1e-5 --json

Exit code: 0 when every image was analysed, 2 when some failed, 1 when nothing could be done.`,
    )
    .action(async (paths: string[], options: IdentifyOptions) => {
      const files = await expandInputs(paths);
      process.exitCode = await withApp(options, {}, app => identify(app, files, options));
    });
  addAppOptions(command);
}

async function identify(
  app: FaceAnalysis,
  files: readonly string[],
  options: IdentifyOptions,
): Promise<number> {
  const gallery = await openGallery(options.gallery, app, { mustExist: true });
  let failed = 0;
  try {
    const threshold = options.threshold ?? thresholdFor(app, options.far);
    const write = createWriter(options);
    for await (const item of app.stream(files)) {
      if ('error' in item) {
        failed++;
        write(item);
        continue;
      }
      const faces = item.faces.map(face => ({
        ...face,
        matches: matchFace(face, gallery, app, threshold, options.limit),
      }));
      write({ ...item, faces });
    }
  } finally {
    await gallery.close();
  }
  return failed > 0 ? 2 : 0;
}

/** The people whom a face may be, best first. */
function matchFace(
  face: Face,
  gallery: Gallery,
  app: FaceAnalysis,
  threshold: number,
  limit: number,
): MatchJson[] {
  if (!face.normedEmbedding) return [];
  const calibration = app.recognizer?.calibration;
  return gallery.search(face.normedEmbedding, { limit, threshold }).map(({ name, similarity }) => ({
    name,
    similarity,
    ...(calibration && { confidence: confidence(calibration, similarity) }),
  }));
}

/** The measured threshold for a rate; a recogniser that was never measured needs one from the user. */
function thresholdFor(app: FaceAnalysis, far: number): number {
  const threshold = measuredThreshold(app, far);
  if (threshold !== undefined) return threshold;
  warn(
    `No thresholds were measured for the recogniser ${recognizerOf(app).name}: every person is listed with the similarity. Give --threshold.`,
  );
  return -1;
}
