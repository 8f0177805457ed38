export { Gallery } from './gallery.js';
export { maxNameBytes } from './names.js';
export type {
  Counts,
  EnrollOptions,
  GalleryModel,
  GalleryOptions,
  GalleryStats,
  ListOptions,
  Match,
  Metadata,
  Person,
  PersonSummary,
  SearchOptions,
  Template,
} from './types.js';
export type { VectorHit, VectorIndex, VectorQuery } from './vector-index.js';
