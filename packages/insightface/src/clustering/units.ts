import type { LinkUnit } from './linkage.js';
import type { ClusterState, FaceToCluster } from './state.js';

/**
 * A group of faces as the linkage sees it: what must stay apart is written into labels. A photo refuses itself, a
 * name every other name, and each side of a pair that was said to be two people the other side.
 */
export function unitOf(
  faces: readonly FaceToCluster[],
  name: string | undefined,
  state: ClusterState,
): LinkUnit {
  const labels = new Set<string>();
  const refuses = new Set<string>();
  const ids = new Set<string>();
  const mean = new Float32Array(faces[0]?.embedding.length ?? 0);
  for (const { id, photo, embedding } of faces) {
    ids.add(id);
    labels.add(`photo ${photo}`);
    refuses.add(`photo ${photo}`);
    for (const [index, value] of embedding.entries()) mean[index] = mean[index]! + value / faces.length;
  }
  for (const [pair, sides] of state.apart.entries())
    for (const [side, face] of sides.entries())
      if (ids.has(face)) {
        labels.add(`apart ${pair} ${side}`);
        refuses.add(`apart ${pair} ${1 - side}`);
      }
  if (name !== undefined) {
    labels.add(`name ${name}`);
    for (const other of Object.values(state.names)) if (other !== name) refuses.add(`name ${other}`);
  }
  return { mean, count: faces.length, labels, refuses };
}
