// One object that finds, aligns, recognises and describes faces: InsightFace's FaceAnalysis, batched. Node only: reads
// files, fetches packs.
import type { Image } from '../image/image.js';
import { type DecodeOptions, type DrawOptions, drawFaces, encodePng } from '../image/index.js';
import { openSession } from '../runtime/open.js';
import type { LoadPackOptions, PackSource } from '../zoo/index.js';
import { loadPack } from '../zoo/index.js';
import { sha256Of } from '../zoo/sha256.js';
import { checkAnalyzerOptions, FaceAnalyzer, type FaceAnalyzerOptions } from './face-analyzer.js';
import { type ImageInput, readImage } from './input.js';
import { openModels } from './models.js';

export interface FaceAnalysisOptions extends FaceAnalyzerOptions {
  /** Name of a pack, a folder of `.onnx` files, or a manifest. Default `open`. */
  readonly pack?: PackSource;
  /** Threads inside one network run. Default 1. */
  readonly threads?: number;
  /** Told while the pack downloads. */
  readonly onProgress?: LoadPackOptions['onProgress'];
  /** Never use the network. */
  readonly offline?: boolean;
}

/**
 * Detects, aligns and recognises faces.
 * @example
 * const app = await FaceAnalysis.create();
 * const faces = await app.get('photo.jpg');
 * console.log(faces[0]?.bbox, faces[0]?.age, faces[0]?.normedEmbedding?.length);
 */
export class FaceAnalysis extends FaceAnalyzer<ImageInput> {
  /**
   * Fetches the pack where needed, checks it, and opens its networks.
   * @throws InsightFaceError `PACK_INVALID`, `MODEL_INVALID`, `CHECKSUM_MISMATCH`, `DOWNLOAD_FAILED`,
   * `RUNTIME_UNAVAILABLE`.
   */
  static async create(options: FaceAnalysisOptions = {}): Promise<FaceAnalysis> {
    checkAnalyzerOptions(options);
    const { pack = 'open', tasks, recognizer: _, ...rest } = options;
    const { manifest, models } = await loadPack(pack, {
      ...rest,
      ...(tasks && { tasks: ['detection', ...tasks] }),
    });
    const set = await openModels(models, {
      openSession: bytes => openSession(bytes, options),
      sha256: sha256Of,
    });
    return new FaceAnalysis(manifest, set, options);
  }

  /** A PNG of the image with its faces drawn in. Faces may carry a `label` and a `color`. */
  async draw(
    input: ImageInput,
    faces: Parameters<typeof drawFaces>[1],
    options?: DrawOptions,
  ): Promise<Uint8Array> {
    const image = await this.read(input, this.decodeOptions());
    return encodePng(drawFaces(image, faces, options));
  }

  protected override read(input: ImageInput, options: DecodeOptions): Promise<Image> {
    return readImage(input, options);
  }
}
