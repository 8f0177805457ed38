import type { Command } from 'commander';
import type { Face, FaceAnalysis } from 'insightface-ts';
import { type AppOptions, addAppOptions, withApp } from '../app.js';
import { errorToJson } from '../face-json.js';
import { type GalleryPlace, keyFileFlag, keyFileHelp, openGallery } from '../gallery.js';
import { expandInputs } from '../inputs.js';
import { largestFace } from '../largest-face.js';
import { reportFailure } from '../report-error.js';
import { print, visible } from '../terminal.js';

interface EnrollOptions extends AppOptions, GalleryPlace {
  readonly largest?: boolean;
  readonly json?: boolean;
}

export function addEnroll(program: Command): void {
  const command = program
    .command('enroll')
    .description('add a person to a gallery, from one photo or several')
    .argument('<name>', 'who it is')
    .argument('<path...>', 'photos of this person, each with one face')
    .requiredOption('--gallery <place>', 'folder, postgres:// or qdrant://; made where there is none')
    .option(keyFileFlag, keyFileHelp)
    .option('--largest', 'take the largest face of photos that show several')
    .option('--json', 'one JSON object a line for each photo')
    .addHelpText(
      'after',
      `
A photo with several faces is refused unless --largest says which one is meant.

Examples:
  insightface enroll "Ada Lovelace" ada1.jpg ada2.jpg --gallery people
  insightface enroll Ben ben/ --gallery people

Exit code: 0 when every photo was enrolled, 2 when some were not, 1 when nothing could be done.`,
    )
    .action(async (name: string, paths: string[], options: EnrollOptions) => {
      const files = await expandInputs(paths);
      process.exitCode = await withApp(options, { tasks: ['detection', 'landmark', 'recognition'] }, app =>
        enroll(app, name, files, options),
      );
    });
  addAppOptions(command);
}

async function enroll(
  app: FaceAnalysis,
  name: string,
  files: readonly string[],
  options: EnrollOptions,
): Promise<number> {
  const gallery = await openGallery(options, app);
  let failed = 0;
  const report = (input: string, outcome: { template: string } | { code: string; message: string }) => {
    if ('code' in outcome) failed++;
    if (options.json)
      print(
        JSON.stringify(
          'code' in outcome ? { image: input, error: outcome } : { image: input, name, ...outcome },
        ),
      );
    else if ('code' in outcome) reportFailure(input, outcome);
    else print(`${visible(input)}: enrolled as ${visible(name)}`);
  };
  try {
    for await (const item of app.stream(files)) {
      if ('error' in item) {
        report(item.input, errorToJson(item.error));
        continue;
      }
      const face = pickFace(item.faces, options.largest === true);
      if ('code' in face) {
        report(item.input, face);
        continue;
      }
      const [template = ''] = await gallery.enroll(name, face.embedding, { source: item.input });
      report(item.input, { template });
    }
  } finally {
    await gallery.close();
  }
  return failed > 0 ? 2 : 0;
}

function pickFace(
  faces: readonly Face[],
  largest: boolean,
): { readonly embedding: Float32Array } | { readonly code: string; readonly message: string } {
  if (faces.length > 1 && !largest)
    return {
      code: 'SEVERAL_FACES',
      message: `The photo shows ${faces.length} faces. Crop it, or take the largest with --largest.`,
    };
  const embedding = largestFace(faces)?.embedding;
  if (!embedding) return { code: 'NO_FACE', message: 'No face was found. Use a clearer photo.' };
  return { embedding };
}
