import type { PackManifest } from '../manifest.js';
import { insightfacePacks } from './insightface.js';
import { open } from './open.js';
import { openPrecise } from './open-precise.js';

/** The packs that are known by name. */
export const builtinPacks: readonly PackManifest[] = [open, openPrecise, ...insightfacePacks];
