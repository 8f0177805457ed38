import type { DatasetInfo } from '@insightface-ts/train';
import type { Command } from 'commander';
import { InsightFaceError } from 'insightface-ts';
import { formatTable } from '../../table.js';
import { print } from '../../terminal.js';

export function addInfo(data: Command): void {
  data
    .command('info')
    .description('what is in a data set')
    .argument('<path>', 'a prepared set, a .rec file or its folder, or a folder of people’s folders')
    .option('--verify', 'read every byte of a prepared set and compare it with its checksums')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  insightface data info faces --json\n  insightface data info faces_webface/train.rec',
    )
    .action(async (path: string, options: { verify?: boolean; json?: boolean }) => {
      const { describeDataset, openFaceDataset, verifyPacked } = await import('@insightface-ts/train');
      const dataset = await openFaceDataset(path);
      const info = describeDataset(dataset);
      if (options.verify) {
        if (info.kind !== 'packed')
          throw new InsightFaceError('INVALID_ARGUMENT', `${path} has no checksums: it is no prepared set.`);
        await verifyPacked(path);
      }
      await dataset.close();
      if (options.json) print(JSON.stringify({ ...info, ...(options.verify && { verified: true }) }));
      else printInfo(info, options.verify === true);
    });
}

function printInfo(info: DatasetInfo, verified: boolean): void {
  const { min, median, max } = info.imagesPerPerson;
  const rows = [
    ['what', 'value'],
    ['kind', info.kind],
    ['images', String(info.images)],
    ['people', String(info.classes)],
    ['image size', `${info.imageSize.width}x${info.imageSize.height}`],
    ['images a person', `${min} to ${max}, median ${median}`],
    ['people with one image', String(info.singleImagePeople)],
    ...(info.bytes === undefined ? [] : [['bytes', `${info.bytes} in ${info.shards} shards`]]),
    ...Object.entries(info.madeWith ?? {}).map(([name, value]) => [name, String(value)]),
    ...(verified ? [['checksums', 'all right']] : []),
  ];
  print(formatTable(rows));
}
