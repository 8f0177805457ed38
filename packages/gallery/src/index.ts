export { Gallery } from './gallery.js';
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
