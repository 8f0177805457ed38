// From a request with a picture to its faces, the biggest first.
import type { FastifyRequest } from 'fastify';
import {
  arcfaceTemplate,
  decodeImage,
  type Face,
  normalize,
  type PackManifest,
  resizeSmoothly,
  type Timings,
} from 'insightface-ts';
import { analyzePicture, type FoundFace, largestFaces } from '../../images/analyze.js';
import { readOptionalImages } from '../../images/read-images.js';
import type { ReceivedImage } from '../../images/received-image.js';
import { recognizerOf } from '../../people/decide.js';
import { type FacePlugin, parsePlugins, pluginVersions, toCompreFace } from './face-json.js';
import { CompreFaceRefusal } from './refusal.js';
import type { ImageQuery } from './schemas.js';

/** A face that was cut out has no more pixels than this. */
const cutOutPixels = 4_000_000;

export interface FoundFaces {
  readonly faces: readonly FoundFace[];
  readonly plugins: ReadonlySet<FacePlugin>;
  readonly timings: Timings;
}

/**
 * Faces of the picture in a field.
 * @throws CompreFaceRefusal when there is no picture, no face, or a plugin that nobody knows; and what reading and
 * analysing throw.
 */
export async function findFaces(
  request: FastifyRequest,
  query: ImageQuery,
  field = 'file',
): Promise<FoundFaces> {
  const plugins = pluginsOf(query);
  const image = await readFile(request, field);
  const detThresh = query.det_prob_threshold;
  const { faces, timings } = await analyzePicture(
    request,
    image,
    detThresh === undefined ? {} : { detThresh },
  );
  if (faces.length === 0)
    throw new CompreFaceRefusal('NO_FACES_FOUND', 'No face is found in the given image');
  return { faces: largestFaces(faces, query.limit ?? 0), plugins, timings };
}

/** The one picture of a field. @throws CompreFaceRefusal `MISSING_REQUEST_PART`. */
export async function readFile(request: FastifyRequest, field = 'file'): Promise<ReceivedImage> {
  const [image, ...more] = await readOptionalImages(request, field);
  if (image && more.length === 0) return image;
  throw new CompreFaceRefusal('MISSING_REQUEST_PART', `Send one image in the part ${field}.`);
}

/** The picture as one face that was cut out already (`detect_faces=false`): scaled to the recogniser's input. */
export async function wholePicture(request: FastifyRequest, query: ImageQuery): Promise<FoundFaces> {
  const { services } = request.server;
  const { inputSize } = recognizerOf(services);
  const plugins = new Set([...pluginsOf(query)].filter(plugin => plugin === 'calculator'));
  const start = performance.now();
  const image = await decodeImage((await readFile(request)).bytes, { maxPixels: cutOutPixels });
  const decode = performance.now() - start;
  const [embedding = new Float32Array()] = await services.pool.embedAligned(
    [resizeSmoothly(image, inputSize, inputSize)],
    { tenant: request.access.tenant, signal: request.gone },
  );
  const { width, height } = image;
  const face: Face = {
    bbox: [0, 0, width, height],
    kps: arcfaceTemplate(inputSize),
    detScore: 1,
    pose: { yaw: 0, pitch: 0, roll: 0 },
    quality: 1,
    normedEmbedding: normalize(embedding).unit,
  };
  const embed = performance.now() - start - decode;
  const timings = { decode, detect: 0, landmark: 0, align: 0, embed, attributes: 0, network: embed };
  return { faces: [{ face }], plugins, timings };
}

/** @throws CompreFaceRefusal for a plugin that nobody knows. */
export function pluginsOf({ face_plugins = '' }: ImageQuery): ReadonlySet<FacePlugin> {
  const plugins = parsePlugins(face_plugins);
  if ('unknown' in plugins)
    throw new CompreFaceRefusal('INCORRECT_ARGUMENT', `There is no plugin ${plugins.unknown.slice(0, 40)}.`);
  return plugins;
}

/** A face in CompreFace's words, with times on wish. */
export function faceJson({ face }: FoundFace, { plugins, timings }: FoundFaces, { status }: ImageQuery) {
  return toCompreFace(face, plugins, status ? timings : undefined);
}

/** `plugins_versions` where the request asked for the status. */
export function versionsOf(
  pack: PackManifest,
  { plugins }: Pick<FoundFaces, 'plugins'>,
  { status }: ImageQuery,
) {
  return status ? { plugins_versions: pluginVersions(pack, plugins) } : {};
}
