// Face and mirror image together: the sum of both embeddings, as the LFW and IJB protocols of ArcFace take it.
import { flipImage } from '../image/pixels.js';
import type { Recognizer } from './recognizer.js';

/** A recogniser that adds the embedding of each crop's mirror image: twice the work. */
export function flipFusion(recognizer: Recognizer): Recognizer {
  return {
    dimension: recognizer.dimension,
    inputSize: recognizer.inputSize,
    embed: async (crops, options) => {
      const embeddings = await recognizer.embed([...crops, ...crops.map(flipImage)], options);
      return crops.map((_, index) => {
        const mirrored = embeddings[crops.length + index] as Float32Array;
        return (embeddings[index] as Float32Array).map((value, i) => value + (mirrored[i] as number));
      });
    },
    dispose: () => recognizer.dispose(),
  };
}
