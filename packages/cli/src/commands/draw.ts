import { mkdir, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { Command } from 'commander';
import { type AppOptions, createApp, withAppOptions } from '../app.js';
import { errorToJson } from '../face-json.js';
import { faceLabel } from '../face-label.js';
import { expandInputs } from '../inputs.js';

interface DrawCommandOptions extends AppOptions {
  readonly out: string;
  readonly landmarks?: boolean;
}

export function addDraw(program: Command): void {
  withAppOptions(program.command('draw'))
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
}

async function draw(paths: readonly string[], options: DrawCommandOptions): Promise<number> {
  const files = await expandInputs(paths);
  const app = await createApp(options, { tasks: ['detection', 'landmark', 'gender-age'] });
  await mkdir(options.out, { recursive: true });
  const taken = new Set<string>();
  let failed = 0;
  for await (const item of app.stream(files)) {
    if ('error' in item) {
      failed++;
      const { code, message } = errorToJson(item.error);
      console.error(`${item.input}: ${message} [${code}]`);
      continue;
    }
    const labelled = item.faces.map(face => ({ ...face, label: faceLabel(face) }));
    const png = await app.draw(item.input, labelled, { landmarks: options.landmarks === true });
    const file = join(options.out, freeName(item.input, taken));
    await writeFile(file, png);
    console.log(
      `${item.input}: ${item.faces.length} ${item.faces.length === 1 ? 'face' : 'faces'} -> ${file}`,
    );
  }
  await app.dispose();
  return failed > 0 ? 2 : 0;
}

/** Two photos of the same name, from different folders, must not overwrite each other. */
function freeName(input: string, taken: Set<string>): string {
  const stem = basename(input, extname(input));
  let name = `${stem}.faces.png`;
  for (let count = 2; taken.has(name); count++) name = `${stem}.${count}.faces.png`;
  taken.add(name);
  return name;
}
