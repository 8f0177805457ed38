// What was kept and what was dropped, as one page. Pictures stay where they are: the page points to them.
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { reportParts } from 'insightface-ts';
import type { Dropped } from './decide.js';
import type { Preparation } from './prepare.js';

const { count, errorCards, html, page, section, table } = reportParts;

/** Pictures shown for one reason; `dropped.jsonl` in the data set has all of them. */
const shownCards = 48;

const reasons: Readonly<Record<Dropped['reason'], readonly [title: string, lead: string]>> = {
  unreadable: ['Unreadable', 'These files are no images, are damaged, or are too large.'],
  'no-face': ['No face', 'No face was found in these pictures.'],
  'too-small': ['Too small', 'The face has too few pixels.'],
  copy: ['Copies', 'The same file lies in the folder twice; the first was kept.'],
  'near-copy': ['Saved anew', 'The same picture in another size or compression; the first was kept.'],
  'too-few': ['Too few pictures', 'These people have fewer pictures than were asked for.'],
  'no-person': ['In no folder', 'Who is in these pictures is not known: they lie in no person’s folder.'],
};

/**
 * One self-contained HTML page.
 * @param reportFile where it will lie: pictures are linked relative to it.
 */
export function prepareReport(preparation: Preparation, reportFile: string): string {
  const { source, out, manifest, found, dropped, seconds } = preparation;
  const picture = (name: string) => address(dirname(resolve(reportFile)), resolve(source, name));
  const byReason = (Object.keys(reasons) as Dropped['reason'][])
    .map(reason => ({ reason, entries: dropped.filter(entry => entry.reason === reason) }))
    .filter(({ entries }) => entries.length > 0);
  return page(
    {
      title: 'Training data prepared',
      settings: [['From', source], ['To', out], ...settings(manifest.madeWith)],
    },
    [
      { label: 'Pictures kept', value: count(manifest.images), note: `of ${count(found.images)}` },
      { label: 'People kept', value: count(manifest.classes), note: `of ${count(found.people)}` },
      { label: 'Pictures dropped', value: count(dropped.length) },
      {
        label: 'Time',
        value: `${seconds.toFixed(0)} s`,
        note: `${(found.images / seconds).toFixed(1)} pictures a second`,
      },
    ],
    [
      byReason.length > 0 &&
        section(
          'Why pictures were dropped',
          'Each picture is counted once.',
          table(
            ['reason', 'pictures'],
            byReason.map(({ reason, entries }) => [reasons[reason][0], count(entries.length)]),
          ),
        ),
      sameSection(preparation, picture),
      preparation.severalFaces.length > 0 &&
        section(
          `Several faces: ${count(preparation.severalFaces.length)}`,
          'Kept; the largest face near the middle was taken. Look whether it is the right one.',
          errorCards(
            preparation.severalFaces
              .slice(0, shownCards)
              .map(name => ({ images: [name], text: '', details: [name] })),
            picture,
          ),
        ),
      ...byReason.map(({ reason, entries }) =>
        section(
          `${reasons[reason][0]}: ${count(entries.length)}`,
          reasons[reason][1] + shownOf(entries.length),
          errorCards(
            entries.slice(0, shownCards).map(entry => ({
              images: [entry.source, ...(entry.of === undefined ? [] : [entry.of])],
              text: '',
              details: [entry.source, entry.detail],
            })),
            picture,
          ),
        ),
      ),
      preparation.lostPeople.length > 0 &&
        section(
          `People without a picture: ${count(preparation.lostPeople.length)}`,
          'None of their pictures was kept.',
          html`<p>${preparation.lostPeople.slice(0, 500).join(', ')}</p>`,
        ),
    ],
  );
}

/** People and pictures that lie in two folders. */
function sameSection(
  { samePeople, samePictures, portraits }: Preparation,
  picture: (name: string) => string,
) {
  if (samePeople.length + samePictures.length === 0) return undefined;
  return section(
    `Perhaps one person in two folders: ${count(samePeople.length + samePictures.length)}`,
    `Nothing was changed. Join the folders, or move the pictures, and prepare again.${shownOf(samePeople.length)}`,
    errorCards(
      [
        ...samePictures.map(([first, second]) => ({
          images: [first, second],
          text: 'The same file',
          details: [first, second],
        })),
        ...samePeople.map(({ people, similarity }) => ({
          images: people.flatMap(person => portraits.get(person) ?? []),
          text: `Similarity ${similarity.toFixed(2)}`,
          details: people,
        })),
      ].slice(0, shownCards),
      picture,
    ),
  );
}

function settings(madeWith: Preparation['manifest']['madeWith']): [string, string][] {
  return Object.entries(madeWith)
    .filter(([name]) => name !== 'source')
    .map(([name, value]) => [name, String(value)]);
}

function shownOf(total: number): string {
  return total > shownCards ? ` The first ${shownCards} are shown; dropped.jsonl names all.` : '';
}

/** Relative where the page can be moved together with the pictures; else a file address. */
function address(folder: string, file: string): string {
  const path = relative(folder, file);
  if (isAbsolute(path)) return pathToFileURL(file).href;
  return path.split(sep).map(encodeURIComponent).join('/');
}
