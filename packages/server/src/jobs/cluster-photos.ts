// Faces of many photos by person, with a suggestion who it is.
import type { Gallery } from '@insightface-ts/gallery';
import {
  addFaces,
  type Cluster,
  createClusters,
  type FaceToCluster,
  InsightFaceError,
  listClusters,
  thresholdAtFar,
} from 'insightface-ts';
import { embeddingOf, recognizerOf } from '../people/decide.js';
import { jpegUri } from '../schemas/face-json.js';
import type { Services } from '../services.js';
import { thresholdFor } from '../settings/threshold.js';
import type { JobContext } from './jobs.js';
import { analyzePhotos, type JobFailure, type JobPhoto } from './photos.js';

interface FaceOfPhoto {
  readonly image: string;
  readonly box: readonly number[];
  readonly crop?: string;
}

export interface ClusterResult {
  readonly clusters: readonly {
    readonly id: string;
    readonly faces: readonly FaceOfPhoto[];
    readonly suggestion?: { readonly id: string; readonly name: string; readonly similarity: number };
  }[];
  /** Faces that are like no other. */
  readonly unassigned: readonly FaceOfPhoto[];
  readonly failed: readonly JobFailure[];
}

/** The rate at which joining strangers was measured to be rare enough: bench/clustering.ts. */
const clusterFar = 1e-5;

/** @param threshold cosine from which on faces are joined; default: that of the recogniser at 1e-5. */
export async function clusterPhotos(
  services: Services,
  tenant: string,
  photos: readonly JobPhoto[],
  context: JobContext,
  threshold = defaultThreshold(services),
): Promise<ClusterResult> {
  const faces = new Map<string, FaceOfPhoto>();
  const added: FaceToCluster[] = [];
  const failed = await analyzePhotos(
    services,
    tenant,
    photos,
    context,
    { crops: true, attributes: false },
    (image, picture) => {
      for (const [index, { face, crop }] of picture.faces.entries()) {
        const id = `${image}#${index}`;
        faces.set(id, { image, box: [...face.bbox], ...(crop && { crop: jpegUri(crop) }) });
        added.push({ id, photo: image, embedding: embeddingOf(face) });
      }
    },
  );
  // Photos are done in any order; the same photos give the same clusters.
  added.sort((a, b) => a.id.localeCompare(b.id));
  const clusters = listClusters(addFaces(createClusters(threshold), added));
  const shown = ({ faces: members }: Cluster) => members.flatMap(({ id }) => faces.get(id) ?? []);
  const gallery = await services.galleries(tenant);
  const several = clusters.filter(cluster => cluster.faces.length > 1);
  const accepted = thresholdFor(recognizerOf(services), services.settings.get(tenant), {});
  const people = await suggest(gallery, several, accepted);
  return {
    clusters: several.map((cluster, index) => ({
      id: cluster.id,
      faces: shown(cluster),
      ...(people[index] && { suggestion: people[index] }),
    })),
    unassigned: clusters.filter(cluster => cluster.faces.length === 1).flatMap(shown),
    failed,
  };
}

function defaultThreshold(services: Services): number {
  const { thresholds, name } = recognizerOf(services);
  if (thresholds) return thresholdAtFar(thresholds, clusterFar);
  throw new InsightFaceError(
    'INVALID_ARGUMENT',
    `No thresholds were measured for ${name}. Give options.threshold.`,
  );
}

async function suggest(gallery: Gallery, clusters: readonly Cluster[], threshold: number) {
  if (clusters.length === 0) return [];
  const found = await gallery.searchMany(clusters.map(meanOf), { limit: 1, threshold });
  return found.map(([best]) => best && { id: best.personId, name: best.name, similarity: best.similarity });
}

/** Sum of unit vectors: its direction is all that counts. */
function meanOf({ faces }: Cluster): Float32Array {
  const sum = new Float32Array(faces[0]?.embedding.length ?? 0);
  for (const { embedding } of faces)
    for (let index = 0; index < sum.length; index++) sum[index]! += embedding[index]!;
  return sum;
}
