import { EmbeddedGallery, type Gallery, openGallery } from '@insightface-ts/gallery';
import type { Command } from 'commander';
import { InsightFaceError } from 'insightface-ts';
import { errorToJson } from '../face-json.js';
import { encryptionOf, type GalleryPlace, keyFileFlag, keyFileHelp, requireFolder } from '../gallery.js';
import { reportError } from '../report-error.js';
import { formatTable } from '../table.js';
import { print, visible } from '../terminal.js';
import { addMigrate } from './gallery-migrate.js';

interface GalleryOptions extends GalleryPlace {
  readonly json?: boolean;
}

/** The exit code of `verify` for a gallery that is not whole. */
const damagedExit = 3;

export function addGallery(program: Command): void {
  const group = program
    .command('gallery')
    .description('list, manage, check and move the people of a gallery');
  const add = (name: string, description: string) =>
    group
      .command(name)
      .description(description)
      .requiredOption('--gallery <place>', 'the folder that enroll made, or postgres:// or qdrant://')
      .option(keyFileFlag, keyFileHelp);

  add('list', 'who is enrolled, with how many templates')
    .option('--json', 'one JSON object a line for each person')
    .action(list);
  add('rename', 'give a person another name')
    .argument('<name>')
    .argument('<new-name>')
    .action((from: string, to: string, options: GalleryOptions) =>
      withGallery(options, async gallery => {
        await gallery.rename(from, to);
        print(`${visible(from)} is now ${visible(to)}`);
      }),
    );
  add('merge', 'move all templates of one person to another, and end the first')
    .argument('<name>')
    .argument('<into>')
    .action((from: string, into: string, options: GalleryOptions) =>
      withGallery(options, async gallery => {
        await gallery.merge(from, into);
        print(`${visible(from)} is now part of ${visible(into)}`);
      }),
    );
  add('remove', 'delete a person with all templates')
    .argument('<name>')
    .action((name: string, options: GalleryOptions) =>
      withGallery(options, async gallery => {
        await gallery.remove(name);
        print(`${visible(name)} was removed`);
      }),
    );
  add('export', 'write the whole gallery to a file')
    .argument('<file>')
    .action((file: string, options: GalleryOptions) =>
      withGallery(options, async gallery => {
        const { people, templates } = await gallery.export(file);
        print(`${people} people with ${templates} templates were written to ${visible(file)}`);
      }),
    );
  add('import', 'add the people of an exported file; makes the gallery where there is none')
    .argument('<file>')
    .action((file: string, options: GalleryOptions) =>
      withGallery(
        options,
        async gallery => {
          const { people, templates } = await gallery.import(file);
          print(`${people} people with ${templates} templates were imported from ${visible(file)}`);
        },
        { create: true },
      ),
    );
  add('stats', 'how much there is, and of which model').option('--json', 'one JSON object').action(stats);
  add('compact', 'give back what removed people took, as far as the store can')
    .option('--json', 'one JSON object')
    .action((options: GalleryOptions) =>
      withGallery(options, async gallery => {
        const counts = await gallery.compact();
        if (options.json) print(JSON.stringify(counts));
        else print(`${counts.people} people with ${counts.templates} templates remain`);
      }),
    );
  add('verify', 'read all there is and make sure that it is whole')
    .alias('check')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      '\nExit code: 0 when all is whole, 3 when something is damaged, 1 when it cannot be told.',
    )
    .action(verify);
  add('rotate-keys', 'give an encrypted gallery new keys, wrapped by the first key of the file').action(
    (options: GalleryOptions) =>
      withGallery(options, async gallery => {
        if (!(gallery instanceof EmbeddedGallery))
          throw new InsightFaceError('KEY_INVALID', 'Only a gallery in a folder is encrypted.');
        const { people } = await gallery.rotateKeys();
        print(`the keys of ${people} people were wrapped anew`);
      }),
  );
  addMigrate(group);
}

async function withGallery(
  options: GalleryOptions,
  work: (gallery: Gallery) => Promise<void>,
  open: { readonly create?: boolean } = {},
): Promise<void> {
  if (!open.create) requireFolder(options.gallery);
  const gallery = await openGallery(options.gallery, { ...open, ...(await encryptionOf(options.keyFile)) });
  try {
    await work(gallery);
  } finally {
    await gallery.close();
  }
}

async function list(options: GalleryOptions): Promise<void> {
  await withGallery(options, async gallery => {
    const rows = [['name', 'templates', 'tags', 'enrolled']];
    for await (const person of gallery.list()) {
      if (options.json) print(JSON.stringify(person));
      else rows.push([person.name, `${person.templates}`, (person.tags ?? []).join(', '), person.createdAt]);
    }
    if (!options.json) print(formatTable(rows));
  });
}

async function stats(options: GalleryOptions): Promise<void> {
  await withGallery(options, async gallery => {
    const figures = await gallery.stats();
    const encrypted = gallery.sealer !== undefined;
    if (options.json) print(JSON.stringify({ location: gallery.location, ...figures, encrypted }));
    else
      print(
        formatTable([
          ['gallery', gallery.location],
          ['people', `${figures.people}`],
          ['templates', `${figures.templates}`],
          ['megabytes', (figures.bytes / 1e6).toFixed(1)],
          ['model', figures.model?.name ?? 'none'],
          ['encrypted', encrypted ? 'yes' : 'no'],
        ]),
      );
  });
}

async function verify(options: GalleryOptions): Promise<void> {
  try {
    await withGallery(options, async gallery => {
      const counts = await gallery.check();
      if (options.json) print(JSON.stringify({ ok: true, ...counts }));
      else print(`${counts.people} people with ${counts.templates} templates: all is whole`);
    });
  } catch (error) {
    if (!(error instanceof InsightFaceError && error.code === 'GALLERY_INVALID')) throw error;
    if (options.json) print(JSON.stringify({ ok: false, error: errorToJson(error) }));
    else reportError(error);
    process.exitCode = damagedExit;
  }
}
