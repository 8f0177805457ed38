// What is known of the people in a collection of photos. Plain data; every function of this folder returns a new one.
import { InsightFaceError } from '../errors.js';

/** A face to be put with others of the same person. */
export interface FaceToCluster {
  /** Any text that names this face and no other. */
  readonly id: string;
  /** The photo it is in: two faces of one photo are never the same person. */
  readonly photo: string;
  /** `[dimension]`, of any length but zero. */
  readonly embedding: Float32Array;
}

/** A face that was put somewhere. */
export interface ClusteredFace extends FaceToCluster {
  /** Unit length. */
  readonly embedding: Float32Array;
  /** Id of its cluster. */
  readonly cluster: string;
}

/** Two clusters that became one, and how to undo it. */
export interface ClusterMerge {
  readonly id: number;
  /** The cluster that stayed. */
  readonly into: string;
  /** The cluster that is gone. */
  readonly from: string;
  /** Faces that were in `from`. */
  readonly faces: readonly string[];
  /** How similar the two were. */
  readonly similarity: number;
  readonly by: 'linkage' | 'user';
}

/** Faces of a collection by person. */
export interface ClusterState {
  /** Lowest similarity at which clusters are joined, -1 to 1. */
  readonly threshold: number;
  readonly faces: readonly ClusteredFace[];
  /** Names that were given, by cluster. Clusters with different names are never joined by themselves. */
  readonly names: Readonly<Record<string, string>>;
  /** In the order they happened. */
  readonly merges: readonly ClusterMerge[];
  /** Faces, two and two, that someone said are not the same person. */
  readonly apart: readonly (readonly [string, string])[];
  /** Number of the next cluster: ids are never given twice. */
  readonly nextCluster: number;
  readonly nextMerge: number;
}

/** One person. */
export interface Cluster {
  readonly id: string;
  readonly name?: string;
  readonly faces: readonly ClusteredFace[];
}

/**
 * A collection without faces.
 * @param threshold Lowest similarity at which two groups of faces are one person, -1 to 1. The
 * recogniser's threshold for a false accept rate of 1e-5 is a good one.
 */
export function createClusters(threshold: number): ClusterState {
  if (!(threshold >= -1 && threshold <= 1))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `The threshold lies between -1 and 1, not at ${threshold}.`,
    );
  return { threshold, faces: [], names: {}, merges: [], apart: [], nextCluster: 1, nextMerge: 1 };
}

/** People, those with most faces first. */
export function listClusters(state: ClusterState): Cluster[] {
  const clusters = new Map<string, ClusteredFace[]>();
  for (const face of state.faces) {
    const faces = clusters.get(face.cluster);
    if (faces) faces.push(face);
    else clusters.set(face.cluster, [face]);
  }
  return [...clusters]
    .map(([id, faces]) => ({ id, faces, ...(state.names[id] !== undefined && { name: state.names[id] }) }))
    .sort((a, b) => b.faces.length - a.faces.length || numberOf(a.id) - numberOf(b.id));
}

/** Ids are `p1`, `p2` ... */
export function clusterId(number: number): string {
  return `p${number}`;
}

export function numberOf(id: string): number {
  return Number(id.slice(1));
}
