import { basename, extname, join } from 'node:path';
import type { Command } from 'commander';
import { type FaceAnalysis, InsightFaceError, readImage } from 'insightface-ts';
import { type AppOptions, addAppOptions, withApp } from '../app.js';
import { errorToJson } from '../face-json.js';
import { faceLabel } from '../face-label.js';
import { expandInputs } from '../inputs.js';
import { makeFolder, writeOutput } from '../output-file.js';
import { reportFailure } from '../report-error.js';
import { print, visible } from '../terminal.js';

interface DrawCommandOptions extends AppOptions {
  readonly out: string;
  readonly landmarks?: boolean;
}

export function addDraw(program: Command): void {
  const command = program
    .command('draw')
    .description('write each image as a PNG with its faces drawn in')
    .argument('<path...>', 'image files, folders, globs')
    .option('--out <folder>', 'where the PNG files go', '.')
    .option('--landmarks', 'draw dense landmarks, too')
    .addHelpText(
      'after',
      `
Examples:
  insightface draw photo.jpg
  insightface draw holiday/ --out drawn --landmarks

Exit code: 0 when every image was drawn, 2 when some failed, 1 when nothing could be done.`,
    )
    .action(async (paths: string[], options: DrawCommandOptions) => {
      process.exitCode = await draw(paths, options);
    });
  addAppOptions(command);
}

async function draw(paths: readonly string[], options: DrawCommandOptions): Promise<number> {
  const files = await expandInputs(paths);
  return withApp(options, { tasks: ['detection', 'landmark', 'gender-age'] }, async app => {
    await makeFolder(options.out);
    const taken = new Set<string>();
    let failed = 0;
    for (const input of files) {
      const drawn = await drawOne(app, input, options).catch(unlessCoded);
      if (drawn instanceof InsightFaceError) {
        failed++;
        reportFailure(input, errorToJson(drawn));
        continue;
      }
      const file = join(options.out, freeName(input, taken));
      await writeOutput(file, drawn.png);
      print(`${visible(input)}: ${drawn.faces} ${drawn.faces === 1 ? 'face' : 'faces'} -> ${visible(file)}`);
    }
    return failed > 0 ? 2 : 0;
  });
}

/** Analyses and draws the same decoded pixels. */
async function drawOne(app: FaceAnalysis, input: string, { landmarks = false }: DrawCommandOptions) {
  const image = await readImage(input);
  const faces = await app.get(image);
  const labelled = faces.map(face => ({ ...face, label: faceLabel(face) }));
  return { faces: faces.length, png: await app.draw(image, labelled, { landmarks }) };
}

/** An image that cannot be read is told of, and the rest goes on; a fault of ours ends the run. */
function unlessCoded(error: unknown): InsightFaceError {
  if (error instanceof InsightFaceError) return error;
  throw error;
}

/** Two photos of the same name, from different folders, must not overwrite each other. */
function freeName(input: string, taken: Set<string>): string {
  const stem = basename(input, extname(input));
  let name = `${stem}.faces.png`;
  for (let count = 2; taken.has(name); count++) name = `${stem}.${count}.faces.png`;
  taken.add(name);
  return name;
}
