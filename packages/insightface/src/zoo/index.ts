export { type FetchDemoPhotosOptions, fetchDemoPhotos } from './demo-photos.js';
export { type LockOptions, withLock } from './fetch/lock.js';
export type { DownloadProgress } from './fetch/stored-files.js';
export { modelHome } from './home.js';
export { type LoadedPack, type LoadPackOptions, loadPack, type PackSource } from './load-pack.js';
export {
  type FileCheck,
  listPacks,
  type PackState,
  pullPack,
  readPack,
  removePack,
  verifyPack,
} from './manage.js';
export type * from './manifest.js';
export { builtinPacks } from './packs/index.js';
export { writeWebPack } from './write-web-pack.js';
