import { type Command, Option } from 'commander';
import { type AppOptions, addAppOptions, withApp } from '../app.js';
import { expandInputs } from '../inputs.js';
import { Progress } from '../progress.js';
import { createWriter, type WriterOptions } from '../writer.js';

interface AnalyzeOptions extends AppOptions, WriterOptions {
  readonly liveness?: boolean;
}

export function addAnalyze(program: Command): void {
  const command = program
    .command('analyze')
    .description('find and describe every face of the images')
    .argument('<path...>', 'image files, folders, globs')
    .option('--embedding', 'print embeddings, too (with --json)')
    .option('--liveness', 'estimate liveness, too (experimental)')
    .option('--json', 'one JSON object a line for each image')
    .addOption(new Option('--csv', 'one line of CSV for each face').conflicts(['json', 'embedding']))
    .addHelpText(
      'after',
      `
Examples:
  insightface analyze photo.jpg
  insightface analyze holiday/ --json > faces.jsonl
  insightface analyze 'album/**/*.jpg' --csv --det-thresh 0.7
  insightface analyze photo.jpg --pack ~/.insightface/models/buffalo_l --det-size 640 --embedding --json

Exit code: 0 when every image was analysed, 2 when some failed, 1 when nothing could be done.`,
    )
    .action(async (paths: string[], options: AnalyzeOptions) => {
      process.exitCode = await analyze(paths, options);
    });
  addAppOptions(command);
}

async function analyze(paths: readonly string[], options: AnalyzeOptions): Promise<number> {
  const files = await expandInputs(paths);
  return withApp(options, options.liveness ? { include: ['liveness'] } : {}, async app => {
    const progress = new Progress('Analysing');
    const write = createWriter(options);
    let failed = 0;
    let done = 0;
    for await (const item of app.stream(files)) {
      progress.end();
      if ('error' in item) failed++;
      write(item);
      progress.update(++done, files.length, 'images');
    }
    progress.end();
    return failed > 0 ? 2 : 0;
  });
}
