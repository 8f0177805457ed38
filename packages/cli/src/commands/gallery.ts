import { Gallery } from '@insightface-ts/gallery';
import type { Command } from 'commander';
import { requireFolder } from '../gallery.js';
import { formatTable } from '../table.js';
import { print, visible } from '../terminal.js';

interface GalleryOptions {
  readonly gallery: string;
  readonly json?: boolean;
}

export function addGallery(program: Command): void {
  const group = program.command('gallery').description('list and manage the people of a gallery');
  const add = (name: string, description: string) =>
    group
      .command(name)
      .description(description)
      .requiredOption('--gallery <folder>', 'the gallery that enroll made');

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
  add('check', 'read all there is and make sure that it is whole').action((options: GalleryOptions) =>
    withGallery(options, async gallery => {
      const { people, templates } = gallery.check();
      print(`${people} people with ${templates} templates: all is whole`);
    }),
  );
}

async function withGallery(
  options: GalleryOptions,
  work: (gallery: Gallery) => Promise<void>,
  open: { readonly create?: boolean } = {},
): Promise<void> {
  if (!open.create) requireFolder(options.gallery);
  const gallery = await Gallery.open(options.gallery, open);
  try {
    await work(gallery);
  } finally {
    await gallery.close();
  }
}

async function list(options: GalleryOptions): Promise<void> {
  await withGallery(options, async gallery => {
    const rows = [['name', 'templates', 'enrolled']];
    for (const person of gallery.list()) {
      if (options.json) print(JSON.stringify(person));
      else rows.push([person.name, String(person.templates), person.createdAt]);
    }
    if (!options.json) print(formatTable(rows));
  });
}
