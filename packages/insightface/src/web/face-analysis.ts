// FaceAnalysis in a browser: the same pipeline on the same pixels; pictures, networks and packs come the web's way.
import { checkAnalyzerOptions, FaceAnalyzer, type FaceAnalyzerOptions } from '../analysis/face-analyzer.js';
import { openModels } from '../analysis/models.js';
import type { DecodeOptions } from '../image/decode-options.js';
import { type DrawOptions, drawFaces } from '../image/draw.js';
import type { Image } from '../image/image.js';
import { encodePng } from './encode.js';
import { type ImageInput, readImage } from './input.js';
import { loadWebPack, type WebPackOptions } from './pack.js';
import { openSession, startRuntime, type WebSessionOptions } from './session.js';
import { sha256Of } from './sha256.js';

export interface FaceAnalysisOptions
  extends Omit<FaceAnalyzerOptions, 'device'>,
    Omit<WebSessionOptions, 'optimize' | 'onNotice'> {
  /** Address of the pack's folder, relative to the page; `insightface models web` writes such a folder. */
  readonly pack: string | URL;
  /** Told while the pack downloads. */
  readonly onProgress?: WebPackOptions['onProgress'];
}

/**
 * Detects, aligns and recognises faces in the page. Networks block the thread that they run on: a page that must stay
 * smooth takes `WorkerFaceAnalysis`.
 * @example
 * const app = await FaceAnalysis.create({ pack: '/models/open/' });
 * const faces = await app.get(document.querySelector('img')!);
 */
export class FaceAnalysis extends FaceAnalyzer<ImageInput> {
  /**
   * Fetches the pack where it is not kept from the last visit, checks it, and opens its networks.
   * @throws InsightFaceError `PACK_INVALID`, `MODEL_INVALID`, `CHECKSUM_MISMATCH`, `DOWNLOAD_FAILED`,
   * `RUNTIME_UNAVAILABLE`, `INVALID_ARGUMENT`, `ABORTED`.
   */
  static async create(options: FaceAnalysisOptions): Promise<FaceAnalysis> {
    checkAnalyzerOptions(options);
    const onNotice = options.onNotice ?? (text => console.info(text));
    const told = { ...options, onNotice };
    await startRuntime(told);
    const { tasks, include, signal, onProgress } = told;
    const { manifest, models } = await loadWebPack(options.pack, {
      ...(tasks && { tasks: ['detection', ...tasks] }),
      ...(include && { include }),
      ...(signal && { signal }),
      onProgress,
      onNotice,
    });
    const set = await openModels(models, {
      openSession: bytes => openSession(bytes, told),
      sha256: sha256Of,
    });
    return new FaceAnalysis(manifest, set, options);
  }

  /** A PNG of the image with its faces drawn in. Faces may carry a `label` and a `color`. */
  async draw(
    input: ImageInput,
    faces: Parameters<typeof drawFaces>[1],
    options?: DrawOptions,
  ): Promise<Blob> {
    const image = await this.read(input, this.decodeOptions());
    return encodePng(drawFaces(image, faces, options));
  }

  protected override read(input: ImageInput, options: DecodeOptions): Promise<Image> {
    return readImage(input, options);
  }
}
