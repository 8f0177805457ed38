// Six group photos for the demo and the benchmarks, fetched like a pack.

import {
  type DownloadProgress,
  type FetchOptions,
  fetchFiles,
  readStored,
  type SourcedFile,
} from './fetch/stored-files.js';
import { storedPath } from './fetch/stored-path.js';

/** What {@link fetchDemoPhotos} takes. */
export interface FetchDemoPhotosOptions {
  /** Never use the network. */
  readonly offline?: boolean;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
}

const digests = [
  '8ecae4b267b2d3169e06e00c7dee97097aa2a94635d45216f7732a5f4943cb51',
  '7d2b60ae6f13bf30f422e04df87451081a02c83de469056f25afb44b7000c691',
  '8eb081c9efb14370fa94d9feab9e5fbeafd19a627491853a80c2bf67f7ffa936',
  '729efa5923061d40eb4ed5f267a18cc7b8ba6f852bb2757b16d8b7e4937476fc',
  '6d45095ebb182d8f975c0790e0e4eefd86fbb40609cf4b271776d92e12662938',
  '9baad80f9d5e306fb9b8c0913d44445f1e95848df317530efb03d0934c57ba87',
];

const photos: readonly SourcedFile[] = digests.map((sha256, index) => ({
  role: 'photo',
  file: `sample${index + 1}.jpg`,
  format: 'binary',
  source: `npm:@vladmandic/face-api@1.7.15/demo/sample${index + 1}.jpg`,
  sha256,
}));

/**
 * Paths of six photos, `sample1.jpg` to `sample6.jpg`, with 22 faces in all. They come with the npm package
 * @vladmandic/face-api (MIT): 13 MB, fetched once.
 * @throws InsightFaceError `DOWNLOAD_FAILED`, `CHECKSUM_MISMATCH`, `WRITE_FAILED`, `ABORTED`.
 */
export async function fetchDemoPhotos(options: FetchDemoPhotosOptions = {}): Promise<string[]> {
  const fetchOptions: FetchOptions = { ...options, onNotice: () => undefined };
  await fetchFiles(photos, [], fetchOptions);
  for (const photo of photos) await readStored(photo, fetchOptions);
  return photos.map(storedPath);
}
