// The people of the durability test: all that is known of one follows from the name.
import type { GalleryModel } from '@insightface-ts/gallery';

const dimension = 512;

export const durabilityModel: GalleryModel = { name: 'formula', dimension, fingerprint: 'f'.repeat(64) };

/** One to three embeddings `[512]`. */
export function embeddingsOf(name: string): Float32Array[] {
  let state = 2166136261;
  for (const character of name) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 16777619) >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  return Array.from({ length: 1 + (state % 3) }, () => Float32Array.from({ length: dimension }, next));
}

export function metadataOf(name: string): { readonly of: string } {
  return { of: name };
}
