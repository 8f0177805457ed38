import type { Gallery, SearchOptions } from '@insightface-ts/gallery';
import { type Command, Option } from 'commander';
import { confidence, type Face, type FaceAnalysis } from 'insightface-ts';
import { type AppOptions, addAppOptions, parseCosine, parseCount, parseFraction, withApp } from '../app.js';
import { type GalleryPlace, keyFileFlag, keyFileHelp, openGallery } from '../gallery.js';
import { expandInputs } from '../inputs.js';
import { measuredThreshold, recognizerOf } from '../recognizer.js';
import { warn } from '../terminal.js';
import { createWriter, type MatchJson, type WriterOptions } from '../writer.js';

interface IdentifyOptions extends AppOptions, WriterOptions, GalleryPlace {
  readonly far: number;
  readonly threshold?: number;
  readonly limit: number;
}

export function addIdentify(program: Command): void {
  const command = program
    .command('identify')
    .description('name the faces of photos by the people of a gallery')
    .argument('<path...>', 'image files, folders, globs')
    .requiredOption('--gallery <place>', 'the gallery that enroll made')
    .option(keyFileFlag, keyFileHelp)
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
  const gallery = await openGallery(options, app, { mustExist: true });
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
      const matches = await matchFaces(item.faces, gallery, app, { threshold, limit: options.limit });
      const faces = item.faces.map((face, index) => ({ ...face, matches: matches[index] ?? [] }));
      write({ ...item, faces });
    }
  } finally {
    await gallery.close();
  }
  return failed > 0 ? 2 : 0;
}

/** The people whom each face may be, best first. */
async function matchFaces(
  faces: readonly Face[],
  gallery: Gallery,
  app: FaceAnalysis,
  options: SearchOptions,
): Promise<MatchJson[][]> {
  const calibration = app.recognizer?.calibration;
  const measured = faces.filter(face => face.normedEmbedding);
  const found = await gallery.searchMany(
    measured.map(face => face.normedEmbedding).filter(embedding => embedding !== undefined),
    options,
  );
  return faces.map(face =>
    (found[measured.indexOf(face)] ?? []).map(({ name, similarity }) => ({
      name,
      similarity,
      ...(calibration && { confidence: confidence(calibration, similarity) }),
    })),
  );
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
