// What is in a data set, counted.
import type { Size } from 'insightface-ts';
import type { FaceDataset } from './face-dataset.js';
import type { PackedManifest } from './packed/format.js';
import { readManifest } from './packed/open-packed.js';

/** What {@link describeDataset} counts. */
export interface DatasetInfo {
  readonly path: string;
  readonly kind: FaceDataset['kind'];
  readonly images: number;
  readonly classes: number;
  readonly imageSize: Size;
  /** Over the people who have any. */
  readonly imagesPerPerson: { readonly min: number; readonly median: number; readonly max: number };
  /** People with one image only. */
  readonly singleImagePeople: number;
  /** Packed data sets: files and how they were made. */
  readonly shards?: number;
  readonly bytes?: number;
  readonly madeWith?: PackedManifest['madeWith'];
}

/** Counts a data set. */
export function describeDataset(dataset: FaceDataset): DatasetInfo {
  const counts = new Uint32Array(dataset.classes);
  for (const label of dataset.labels) counts[label]!++;
  const present = counts.filter(count => count > 0).sort();
  const manifest = dataset.kind === 'packed' ? readManifest(dataset.path) : undefined;
  return {
    path: dataset.path,
    kind: dataset.kind,
    images: dataset.length,
    classes: dataset.classes,
    imageSize: dataset.imageSize,
    imagesPerPerson: {
      min: present[0] ?? 0,
      median: present[present.length >> 1] ?? 0,
      max: present.at(-1) ?? 0,
    },
    singleImagePeople: present.filter(count => count === 1).length,
    ...(manifest && {
      shards: manifest.shards.length,
      bytes: manifest.shards.reduce((sum, shard) => sum + shard.bytes, 0),
      madeWith: manifest.madeWith,
    }),
  };
}
