export { addFaces, removePhotos } from './add-faces.js';
export { linkCentroids } from './centroid-linkage.js';
export { mergeClusters, nameCluster, splitFaces, undoMerge } from './corrections.js';
export { type Link, type LinkUnit, linkUnits } from './linkage.js';
export { type Agreement, type ClusterMeasures, measureClusters } from './measures.js';
export {
  type Cluster,
  type ClusteredFace,
  type ClusterMerge,
  type ClusterState,
  createClusters,
  type FaceToCluster,
  listClusters,
} from './state.js';
export { parseClusters, serializeClusters } from './state-file.js';
export { type MergeSuggestion, suggestMerges } from './suggest.js';
