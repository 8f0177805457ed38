// What a person knows better than the linkage. Corrections outlast all faces that are added later.
import { InsightFaceError } from '../errors.js';
import { survivor } from './add-faces.js';
import { centroidSimilarity } from './centroid-linkage.js';
import { mayJoin } from './linkage.js';
import { type ClusteredFace, type ClusterState, clusterId } from './state.js';
import { unitOf } from './units.js';

/**
 * Gives a cluster a name; an empty one takes the name away.
 * @throws InsightFaceError `PERSON_NOT_FOUND` when there is no such cluster.
 */
export function nameCluster(state: ClusterState, cluster: string, name: string): ClusterState {
  facesOf(state, cluster);
  const { [cluster]: _, ...others } = state.names;
  return { ...state, names: name === '' ? others : { ...others, [cluster]: name } };
}

/**
 * Makes one person of two clusters. The named, else the larger, keeps its id.
 * @throws InsightFaceError `PERSON_NOT_FOUND`; `INVALID_ARGUMENT` when both are in one photo or someone said that
 * they are two people.
 */
export function mergeClusters(state: ClusterState, first: string, second: string): ClusterState {
  const [a, b] = [facesOf(state, first), facesOf(state, second)];
  if (first === second) throw new InsightFaceError('INVALID_ARGUMENT', 'Name two different clusters.');
  const names = [first, second].map(id => state.names[id]);
  const [left, right] = [unitOf(a, undefined, state), unitOf(b, undefined, state)];
  if (!mayJoin(left, right))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `${first} and ${second} are in one photo, or were said to be two people. Split off the wrong faces first.`,
    );
  const into = survivor({ id: first, size: a.length }, { id: second, size: b.length }, state.names);
  const [from, moved] = into === first ? [second, b] : [first, a];
  const { [from]: _, ...others } = state.names;
  const name = state.names[into] ?? names.find(each => each !== undefined);
  return {
    ...state,
    faces: state.faces.map(face => (face.cluster === from ? { ...face, cluster: into } : face)),
    names: name === undefined ? others : { ...others, [into]: name },
    merges: [
      ...state.merges,
      {
        id: state.nextMerge,
        into,
        from,
        faces: moved.map(({ id }) => id),
        similarity: centroidSimilarity(left, right),
        by: 'user',
      },
    ],
    nextMerge: state.nextMerge + 1,
  };
}

/**
 * Takes faces out of their cluster into one of their own, which is never joined with it again.
 * @throws InsightFaceError `PERSON_NOT_FOUND` for an unknown face; `INVALID_ARGUMENT` when they are of several
 * clusters, or all of one.
 */
export function splitFaces(state: ClusterState, ids: readonly string[]): ClusterState {
  return split(state, ids, clusterId(state.nextCluster));
}

/**
 * Undoes a merge, whether the linkage or a user did it, also when others came after: the faces that joined then
 * leave, and stay apart. Without an id the last one is undone.
 * @throws InsightFaceError `INVALID_ARGUMENT` when there is no such merge, or its faces are not together any more.
 */
export function undoMerge(state: ClusterState, id = state.merges.at(-1)?.id): ClusterState {
  const merge = state.merges.find(each => each.id === id);
  if (!merge)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      id === undefined ? 'No merge is left to undo.' : `There is no merge ${id}.`,
    );
  const taken = state.faces.some(({ cluster }) => cluster === merge.from);
  const undone = split(state, merge.faces, taken ? clusterId(state.nextCluster) : merge.from);
  return { ...undone, merges: undone.merges.filter(each => each.id !== id) };
}

function split(state: ClusterState, ids: readonly string[], target: string): ClusterState {
  const wanted = new Set(ids);
  const moved = state.faces.filter(({ id }) => wanted.has(id));
  const [first] = moved;
  if (!first || moved.length < wanted.size)
    throw new InsightFaceError('PERSON_NOT_FOUND', 'One of these faces is not there. List the clusters.');
  if (moved.some(({ cluster }) => cluster !== first.cluster))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      'These faces are not in one cluster. Split each cluster by itself.',
    );
  const stays = state.faces.find(({ id, cluster }) => cluster === first.cluster && !wanted.has(id));
  if (!stays)
    throw new InsightFaceError('INVALID_ARGUMENT', 'These are all faces of the cluster. Leave at least one.');
  return {
    ...state,
    faces: state.faces.map(face => (wanted.has(face.id) ? { ...face, cluster: target } : face)),
    apart: [...state.apart, [first.id, stays.id]],
    nextCluster: target === clusterId(state.nextCluster) ? state.nextCluster + 1 : state.nextCluster,
  };
}

function facesOf(state: ClusterState, cluster: string): ClusteredFace[] {
  const faces = state.faces.filter(face => face.cluster === cluster);
  if (faces.length === 0)
    throw new InsightFaceError('PERSON_NOT_FOUND', `There is no cluster ${cluster}. List the clusters.`);
  return faces;
}
