// The result of a job that put faces together, as far as this page uses it.

export interface FaceOfPhoto {
  readonly image: string;
  readonly box: readonly number[];
  readonly crop?: string;
}

export interface FoundCluster {
  readonly id: string;
  readonly faces: readonly FaceOfPhoto[];
  readonly suggestion?: { readonly id: string; readonly name: string };
}

export interface ClusterResult {
  readonly clusters: readonly FoundCluster[];
  readonly unassigned: readonly FaceOfPhoto[];
  readonly failed: readonly { readonly image: string; readonly message: string }[];
}

export function isClusterResult(result: unknown): result is ClusterResult {
  return typeof result === 'object' && result !== null && 'clusters' in result && 'unassigned' in result;
}
