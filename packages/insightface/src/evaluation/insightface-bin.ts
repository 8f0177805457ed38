// InsightFace verification sets (lfw.bin, cfp_fp.bin, agedb_30.bin ...): a pickled tuple of (list of encoded images, list of
// "same" flags); images 2 i and 2 i + 1 make pair i. Read by InsightFace `recognition/arcface_torch/eval/verification.py`.
import { InsightFaceError } from '../errors.js';
import { readPickle } from './pickle/read-pickle.js';
import { type PickleValue, pickleBytes } from './pickle/values.js';
import type { VerificationPair } from './verification.js';

/** A verification set: pairs, and the encoded (JPEG or PNG) image for each name in them. */
export interface VerificationBin {
  readonly pairs: readonly VerificationPair[];
  /** By name: the image's number, from `0`. Aligned 112x112 faces; views of the file's bytes. */
  readonly images: ReadonlyMap<string, Uint8Array>;
}

/**
 * Reads the bytes of a `.bin` file. No code in it can run.
 * @throws InsightFaceError `DATASET_INVALID` when the bytes are no such set.
 */
export function parseVerificationBin(bytes: Uint8Array): VerificationBin {
  const value = readPickle(bytes);
  const [encoded, flags] = Array.isArray(value) && value.length === 2 ? value : [];
  const same = flagsOf(flags);
  if (!Array.isArray(encoded) || !same)
    throw invalid('it is not a pair of a list of images and a list of flags');
  if (encoded.length !== 2 * same.length)
    throw invalid(`it has ${encoded.length} images for ${same.length} pairs, not two for each`);
  const images = new Map<string, Uint8Array>();
  for (const [i, item] of encoded.entries()) {
    const image = pickleBytes(item);
    if (!image) throw invalid(`image ${i} is no byte string`);
    images.set(String(i), image);
  }
  return { images, pairs: same.map((flag, i) => ({ a: String(2 * i), b: String(2 * i + 1), same: flag })) };
}

/** A list of booleans or 0 and 1, or a NumPy array of flags. */
function flagsOf(value: PickleValue | undefined): boolean[] | undefined {
  const items = Array.isArray(value) ? value : pickleBytes(value);
  if (!items) return undefined;
  const flags: boolean[] = [];
  for (const item of items) {
    if (item !== true && item !== false && item !== 0 && item !== 1) return undefined;
    flags.push(Boolean(item));
  }
  return flags;
}

function invalid(why: string): InsightFaceError {
  return new InsightFaceError('DATASET_INVALID', `This is no InsightFace verification set: ${why}.`);
}
