import { InsightFaceError } from '../errors.js';
import { linkCentroids } from './centroid-linkage.js';
import { type Link, type LinkUnit, linkUnits } from './linkage.js';
import {
  type ClusteredFace,
  type ClusterMerge,
  type ClusterState,
  clusterId,
  type FaceToCluster,
  listClusters,
  numberOf,
} from './state.js';
import { unitOf } from './units.js';

/**
 * Puts new faces with those of the same person: first by average linkage, then, for people with many photos, by the
 * cosine to their mean. Only what is new is compared. What was there
 * keeps its cluster's id, unless new faces show that two clusters are one person.
 * @throws InsightFaceError `EMBEDDING_INVALID`, `MODEL_MISMATCH` for another length than the faces before,
 * `INVALID_ARGUMENT` for an id that is there already.
 */
export function addFaces(state: ClusterState, faces: readonly FaceToCluster[]): ClusterState {
  const added = checkFaces(state, faces).map((face, index) => ({
    ...face,
    cluster: clusterId(state.nextCluster + index),
  }));
  const singles = {
    ...state,
    faces: [...state.faces, ...added],
    nextCluster: state.nextCluster + added.length,
  };
  const fresh = new Set(added.map(({ cluster }) => cluster));
  const linked = joinClusters(singles, fresh, linkUnits);
  for (const { into } of linked.merges.slice(state.merges.length)) fresh.add(into);
  return joinClusters(linked, fresh, linkCentroids);
}

/** Joins clusters as `link` says; of two that are not fresh it is known that they stay apart. */
function joinClusters(
  state: ClusterState,
  fresh: ReadonlySet<string>,
  link: (units: readonly LinkUnit[], threshold: number) => Link[],
): ClusterState {
  const clusters = listClusters(state);
  const units = clusters.map(({ id, faces, name }): LinkUnit => {
    return { ...unitOf(faces, name, state), settled: !fresh.has(id) };
  });
  const homes = clusters.map(({ id }) => id);
  const merges: ClusterMerge[] = [];
  for (const { left, right, similarity } of link(units, state.threshold)) {
    const sizeOf = (members: readonly number[]) =>
      members.reduce((sum, at) => sum + clusters[at]!.faces.length, 0);
    const [a, b] = [homes[left[0]!]!, homes[right[0]!]!];
    const stays = survivor({ id: a, size: sizeOf(left) }, { id: b, size: sizeOf(right) }, state.names);
    const gone = stays === a ? right : left;
    merges.push({
      id: state.nextMerge + merges.length,
      into: stays,
      from: stays === a ? b : a,
      faces: gone.flatMap(at => clusters[at]!.faces.map(({ id }) => id)),
      similarity,
      by: 'linkage',
    });
    for (const at of gone) homes[at] = stays;
  }
  const home = new Map(clusters.map(({ id }, index) => [id, homes[index]!]));
  return {
    ...state,
    faces: state.faces.map(face => ({ ...face, cluster: home.get(face.cluster) ?? face.cluster })),
    merges: [...state.merges, ...merges],
    nextMerge: state.nextMerge + merges.length,
  };
}

/** Forgets the faces of photos that are gone or were changed. Everybody else stays where they are. */
export function removePhotos(state: ClusterState, photos: ReadonlySet<string>): ClusterState {
  const faces = state.faces.filter(({ photo }) => !photos.has(photo));
  const left = new Set(faces.map(({ id }) => id));
  const clusters = new Set(faces.map(({ cluster }) => cluster));
  return {
    ...state,
    faces,
    names: Object.fromEntries(Object.entries(state.names).filter(([cluster]) => clusters.has(cluster))),
    merges: state.merges
      .map(merge => ({ ...merge, faces: merge.faces.filter(id => left.has(id)) }))
      .filter(merge => merge.faces.length > 0),
    apart: state.apart.filter(pair => pair.every(id => left.has(id))),
  };
}

/** Which of two clusters gives the joined one its id: the named, then the larger, then the older. */
export function survivor(
  a: { readonly id: string; readonly size: number },
  b: { readonly id: string; readonly size: number },
  names: Readonly<Record<string, string>>,
): string {
  const named = Number(names[b.id] !== undefined) - Number(names[a.id] !== undefined);
  const order = named || b.size - a.size || numberOf(a.id) - numberOf(b.id);
  return order <= 0 ? a.id : b.id;
}

function checkFaces(state: ClusterState, faces: readonly FaceToCluster[]): Omit<ClusteredFace, 'cluster'>[] {
  const dimension = state.faces[0]?.embedding.length ?? faces[0]?.embedding.length ?? 0;
  const ids = new Set(state.faces.map(({ id }) => id));
  return faces.map(({ id, photo, embedding }) => {
    if (ids.has(id))
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        `The face ${id} is there already. Give each face its own id.`,
      );
    ids.add(id);
    if (embedding.length !== dimension)
      throw new InsightFaceError(
        'MODEL_MISMATCH',
        `The face ${id} has ${embedding.length} numbers, others have ${dimension}. Use one model for all.`,
      );
    const norm = Math.sqrt(embedding.reduce((sum, value) => sum + value * value, 0));
    if (!(norm > 0 && Number.isFinite(norm)))
      throw new InsightFaceError(
        'EMBEDDING_INVALID',
        `The embedding of ${id} is zero, or holds NaN or infinity.`,
      );
    return { id, photo, embedding: embedding.map(value => value / norm) };
  });
}
