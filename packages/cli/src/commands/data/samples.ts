import { readFile } from 'node:fs/promises';
import type { AugmentationInput } from '@insightface-ts/train';
import type { Command } from 'commander';
import { InsightFaceError } from 'insightface-ts';
import { parseCount } from '../../app.js';
import { checkFolderOf, writeOutput } from '../../output-file.js';
import { print } from '../../terminal.js';

export function addSamples(data: Command): void {
  data
    .command('samples')
    .description('pictures of a data set before and after augmentation')
    .argument('<path>', 'a data set')
    .requiredOption('--out <file>', 'page.html or sheet.png')
    .option('--augmentation <file.json>', 'list of steps (default: the standard ones)')
    .option('--pictures <n>', 'pictures for each step', parseCount, 6)
    .option('--seed <n>', 'another choice of pictures and changes', parseCount, 0)
    .addHelpText('after', '\nExample:\n  insightface data samples faces --out samples.html')
    .action(samples);
}

async function samples(
  path: string,
  options: { out: string; augmentation?: string; pictures: number; seed: number },
): Promise<void> {
  if (!/\.(html|png)$/.test(options.out))
    throw new InsightFaceError('INVALID_ARGUMENT', '--out ends in .html or .png.');
  await checkFolderOf(options.out);
  const { augmentationSamples, openFaceDataset, samplesPage, samplesSheet, standardAugmentation } =
    await import('@insightface-ts/train');
  const augmentation =
    options.augmentation === undefined ? standardAugmentation : await readAugmentation(options.augmentation);
  const dataset = await openFaceDataset(path);
  try {
    const { pictures, seed } = options;
    const rows = await augmentationSamples(dataset, { augmentation, pictures, seed });
    await writeOutput(
      options.out,
      options.out.endsWith('.png') ? await samplesSheet(rows) : await samplesPage(dataset, rows),
    );
    print(options.out);
  } finally {
    await dataset.close();
  }
}

async function readAugmentation(file: string): Promise<AugmentationInput> {
  const { parseAugmentation } = await import('@insightface-ts/train');
  try {
    return parseAugmentation(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    if (cause instanceof InsightFaceError) throw cause;
    throw new InsightFaceError('FILE_NOT_FOUND', `${file} cannot be read as JSON: ${cause}`, { cause });
  }
}
