import { type Migration, migrate, openGallery } from '@insightface-ts/gallery';
import type { Command } from 'commander';
import { InsightFaceError } from 'insightface-ts';
import { encryptionOf, keyFileHelp, requireFolder } from '../gallery.js';
import { Progress } from '../progress.js';
import { print } from '../terminal.js';

interface MigrateOptions {
  readonly from: string;
  readonly to: string;
  readonly fromKeyFile?: string;
  readonly toKeyFile?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

export function addMigrate(group: Command): void {
  group
    .command('migrate')
    .description('copy everybody to another store, and compare every template')
    .requiredOption('--from <place>', 'a folder, postgres:// or qdrant://; left as it is')
    .requiredOption('--to <place>', 'the same; made where there is none, and must be empty')
    .option('--from-key-file <file>', `of --from: ${keyFileHelp}`)
    .option('--to-key-file <file>', `of --to: ${keyFileHelp}`)
    .option('--resume', 'go on with a migration that was cut off')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  insightface gallery migrate --from people --to postgres://faces:secret@db.example/faces
  insightface gallery migrate --from people --to people-encrypted --to-key-file master.key

Exit code: 0 when everything is there, 1 when not: run it again with --resume.`,
    )
    .action(migrateGallery);
}

async function migrateGallery(options: MigrateOptions): Promise<void> {
  requireFolder(options.from);
  const from = await openGallery(options.from, await encryptionOf(options.fromKeyFile));
  try {
    const { model } = from;
    if (!model)
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        `${from.location} holds nobody. There is nothing to move.`,
      );
    const to = await openGallery(options.to, { model, ...(await encryptionOf(options.toKeyFile)) });
    const { people: total } = await from.stats();
    const copying = new Progress('Copying');
    const comparing = new Progress('Comparing');
    try {
      const result = await migrate(from, to, {
        resume: options.resume === true,
        onProgress: ({ people }) => copying.update(people, total, 'people'),
        onCheck: ({ people }) => comparing.update(people, total, 'people'),
      });
      comparing.end();
      if (options.json) print(JSON.stringify({ from: from.location, to: to.location, ...result }));
      else print(describe(result));
    } finally {
      copying.end();
      comparing.end();
      await to.close();
    }
  } finally {
    await from.close();
  }
}

function describe({ people, templates, rounded, digest }: Migration): string {
  const precision = rounded > 0 ? `; ${rounded} templates are kept in less precision` : '';
  return `${people} people with ${templates} templates were copied and compared${precision}\nSHA-256 ${digest}`;
}
