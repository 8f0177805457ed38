// The people of the durability test: all that is known of one follows from the name.
import type { GalleryModel } from '@insightface-ts/gallery';
import { mulberry32 } from './random.js';

const dimension = 512;

export const durabilityModel: GalleryModel = { name: 'formula', dimension, fingerprint: 'f'.repeat(64) };

/** One to three embeddings `[512]`. */
export function embeddingsOf(name: string): Float32Array[] {
  // FNV-1a
  let seed = 2166136261;
  for (const character of name) seed = Math.imul(seed ^ (character.codePointAt(0) ?? 0), 16777619) >>> 0;
  const random = mulberry32(seed);
  const embedding = () => Float32Array.from({ length: dimension }, () => 2 * random() - 1);
  return Array.from({ length: 1 + (seed % 3) }, embedding);
}

export function metadataOf(name: string): { readonly of: string } {
  return { of: name };
}
