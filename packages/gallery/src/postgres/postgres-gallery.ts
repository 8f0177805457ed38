// From an address to a gallery in PostgreSQL.
import { InsightFaceError } from 'insightface-ts';
import { checkModel, checkSameModel } from '../models.js';
import { RemoteGallery } from '../remote/remote-gallery.js';
import type { Gallery, OpenGalleryOptions } from '../types.js';
import { Database } from './database.js';
import { migrate, requireCurrent, schemaVersion } from './migrate.js';
import { type GalleryRow, PostgresStore, type StoreSettings } from './postgres-store.js';

/** The tenant of galleries that were opened without one. */
const onlyTenant = 'default';

/** @throws InsightFaceError as `openGallery`. */
export async function openPostgresGallery(
  url: string,
  options: OpenGalleryOptions,
  settings: StoreSettings = {},
): Promise<Gallery> {
  const model = options.model && checkModel(options.model);
  const { tenant = onlyTenant, readonly = false } = options;
  const create = !readonly && (options.create ?? model !== undefined);
  const database = new Database(url);
  try {
    const row = await findGallery(database, tenant, { create, readonly });
    const store = new PostgresStore(database, row, settings);
    if (model && !store.model && !readonly) await store.adoptModel(model);
    if (model) checkSameModel(model, store.model, database.location);
    return new RemoteGallery(database.location, store, { ...(model && { model }), readonly });
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function findGallery(
  database: Database,
  tenant: string,
  { create, readonly }: { readonly create: boolean; readonly readonly: boolean },
): Promise<GalleryRow> {
  // Tables are not made for those who only look.
  if (create || (!readonly && (await schemaVersion(database)) > 0)) await migrate(database);
  if (!(await requireCurrent(database))) throw noGallery(database, tenant);
  const find = () =>
    database.query<GalleryRow>('SELECT * FROM insightface.galleries WHERE tenant = $1', [tenant]);
  let [row] = await find();
  if (!row && create) {
    const sql = 'INSERT INTO insightface.galleries (tenant) VALUES ($1) ON CONFLICT DO NOTHING';
    await database.query(sql, [tenant]);
    [row] = await find();
  }
  if (!row) throw noGallery(database, tenant);
  return row;
}

function noGallery({ location }: Database, tenant: string): InsightFaceError {
  return new InsightFaceError(
    'FILE_NOT_FOUND',
    `There is no gallery ${tenant} at ${location}. Check the address, or open it with a model to make one.`,
  );
}
