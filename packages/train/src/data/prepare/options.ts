// How a data set is prepared.
import { type FaceAnalysisOptions, InsightFaceError } from 'insightface-ts';

/** How crops are stored. JPEG keeps full colour resolution; PNG loses nothing. */
export type CropEncoding = { readonly format: 'jpeg'; readonly quality: number } | { readonly format: 'png' };

/** Settings of {@link prepareDataset}. */
export interface PrepareOptions {
  /** The folder to make. It must not exist yet, or be empty. */
  readonly out: string;
  /** Pack or folder of models that finds faces; its recogniser, if it has one, looks for mix-ups. Default `open`. */
  readonly pack?: string;
  /** The pictures are aligned crops already: they are fitted to `size`, and no face is looked for. */
  readonly aligned?: boolean;
  /** Side of the crops in pixels. Default 112. */
  readonly size?: number;
  /** Faces whose box is narrower or lower than this many pixels are dropped. Default 40. */
  readonly minFace?: number;
  /** People with fewer pictures left are dropped. Default 1. */
  readonly minImages?: number;
  /** Default JPEG of quality 95. */
  readonly encoding?: CropEncoding;
  /** Largest shard in bytes. Default 64 MiB. */
  readonly shardBytes?: number;
  /** Correlation of the crops' detail, 0 to 1, from which two pictures of a person are one. Default 0.975. */
  readonly nearCopy?: number;
  /** Cosine of two people's mean embeddings from which they are reported as one. Default: see {@link findSamePeople}. */
  readonly samePerson?: number;
  /** Threads that find faces; 0 uses this one. Default: one for each core, at most 4. */
  readonly workers?: number;
  /** Passed to the analysis. */
  readonly analysis?: Pick<
    FaceAnalysisOptions,
    'detSize' | 'detThresh' | 'device' | 'threads' | 'offline' | 'maxPixels' | 'rotation'
  >;
  readonly onProgress?: (done: number, total: number) => void;
  /** Told while models are fetched. */
  readonly onDownload?: FaceAnalysisOptions['onProgress'];
  /** Told what a person should know once, such as licences. */
  readonly onNotice?: (notice: string) => void;
  readonly signal?: AbortSignal;
}

/** What decides how a crop comes out; a run that was stopped goes on only with the same. */
export interface ExtractSettings {
  readonly source: string;
  readonly pack: string | undefined;
  readonly aligned: boolean;
  readonly size: number;
  readonly minFace: number;
  readonly encoding: CropEncoding;
  readonly analysis: NonNullable<PrepareOptions['analysis']>;
}

/** {@link PrepareOptions} with the defaults filled in. */
export type FullOptions = ExtractSettings & {
  readonly out: string;
  readonly minImages: number;
  readonly shardBytes: number;
  readonly nearCopy: number;
  readonly samePerson: number | undefined;
  readonly workers: number;
};

/** Fills in defaults. @throws InsightFaceError `INVALID_ARGUMENT` naming the option that is out of range. */
export function fullOptions(source: string, options: PrepareOptions, cores: number): FullOptions {
  const aligned = options.aligned ?? false;
  const full: FullOptions = {
    source,
    out: options.out,
    // Aligned crops need no network; one that is named looks for mix-ups.
    pack: options.pack ?? (aligned ? undefined : 'open'),
    aligned,
    size: options.size ?? 112,
    minFace: options.minFace ?? 40,
    minImages: options.minImages ?? 1,
    encoding: options.encoding ?? { format: 'jpeg', quality: 95 },
    shardBytes: options.shardBytes ?? 64 * 2 ** 20,
    nearCopy: options.nearCopy ?? 0.975,
    samePerson: options.samePerson,
    workers: options.workers ?? Math.min(4, cores),
    analysis: options.analysis ?? {},
  };
  within('size', full.size, 16, 1024);
  within('minFace', full.minFace, 0, 100_000);
  within('minImages', full.minImages, 1, 1_000_000);
  within('shardBytes', full.shardBytes, 1024, 2 ** 30);
  within('workers', full.workers, 0, 256);
  if (full.encoding.format === 'jpeg') within('JPEG quality', full.encoding.quality, 1, 100);
  if (!(full.nearCopy > 0 && full.nearCopy <= 1))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `nearCopy lies above 0 and at most at 1, not at ${full.nearCopy}.`,
    );
  if (full.samePerson !== undefined && !(full.samePerson >= -1 && full.samePerson <= 1))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `samePerson lies between -1 and 1, not at ${full.samePerson}.`,
    );
  return full;
}

function within(name: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new InsightFaceError(
    'INVALID_ARGUMENT',
    `${name} is a whole number from ${low} to ${high}, not ${value}.`,
  );
}
