export { EmbeddedGallery, openEmbeddedGallery } from './embedded/embedded-gallery.js';
export type { KeyRing, WrappedKey } from './encryption/key-ring.js';
export { type KeyRingSource, openKeyRing } from './encryption/open-key-ring.js';
export type { Sealer } from './encryption/sealer.js';
export { ScanIndex, type ScanIndexOptions } from './index/scan-index.js';
export { SearchIndex, type SearchIndexOptions, type SearchQuery } from './index/search-index.js';
export { groupBitmap, type VectorHit, type VectorIndex, type VectorQuery } from './index/vector-index.js';
export type { Soon, SourceState, SourceVector, VectorSource } from './index/vector-source.js';
export { mergeMatches } from './merge-matches.js';
export { type MigrateOptions, type Migration, migrate } from './migrate.js';
export { openGallery } from './open-gallery.js';
export type {
  Counts,
  EnrollOptions,
  Gallery,
  GalleryModel,
  GalleryOptions,
  GalleryStats,
  ImportOptions,
  ListOptions,
  Match,
  Metadata,
  OpenGalleryOptions,
  Person,
  PersonSummary,
  SearchOptions,
  Template,
} from './types.js';
