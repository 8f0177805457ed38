// What was kept and what was dropped, as one page. Pictures stay where they are: the page points to them.
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { reportParts } from 'insightface-ts';
import type { Dropped } from './decide.js';
import type { Preparation } from './prepare.js';

const { count, errorCards, html, page, section, table } = reportParts;

/** Pictures shown for one reason. */
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

/** Said where nothing looked for people who lie in two folders. */
export const notCompared =
  'People were not compared with each other: that needs a recogniser whose thresholds were measured, as the pack open has (--detector open).';

/** Options, as a person calls them. */
const settingNames: Readonly<Record<string, string>> = {
  minFace: 'smallest face',
  minImages: 'fewest pictures',
  nearCopy: 'near copy from',
};

/**
 * One self-contained HTML page.
 * @param reportFile where it will lie: pictures are linked relative to it.
 */
export function prepareReport(preparation: Preparation, reportFile: string): string {
  const { source, out, manifest, found, dropped, seconds, resumed } = preparation;
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
        note: `${((found.images - resumed) / seconds).toFixed(1)} pictures a second`,
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
          `Kept; the largest face near the middle was taken. Look whether it is the right one.${shownOf(preparation.severalFaces.length)}`,
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
          `${reasons[reason][1]}${shownOf(entries.length)}${entries.length > shownCards ? ' dropped.jsonl in the data set names all.' : ''}`,
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
  { samePeople, samePictures, portraits, comparedFrom }: Preparation,
  picture: (name: string) => string,
) {
  const total = samePeople.length + samePictures.length;
  const compared =
    comparedFrom === undefined
      ? notCompared
      : `People whose mean embeddings have a cosine of ${comparedFrom.toFixed(2)} or more are listed.`;
  return section(
    `Perhaps one person in two folders: ${count(total)}`,
    `${compared}${total > 0 ? ' Nothing was changed: join the folders, or move the pictures, and prepare again.' : ''}${shownOf(total)}`,
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
    .map(([name, value]) => [
      settingNames[name] ?? name,
      value === true ? 'yes' : value === false ? 'no' : String(value),
    ]);
}

function shownOf(total: number): string {
  return total > shownCards ? ` The first ${shownCards} are shown.` : '';
}

/** Relative where the page can be moved together with the pictures; else a file address. */
function address(folder: string, file: string): string {
  const path = relative(folder, file);
  if (isAbsolute(path)) return pathToFileURL(file).href;
  return path.split(sep).map(encodeURIComponent).join('/');
}
