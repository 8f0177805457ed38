// From an address to a gallery in Qdrant.
import { InsightFaceError } from 'insightface-ts';
import { checkModel, checkSameModel } from '../models.js';
import { RemoteGallery } from '../remote/remote-gallery.js';
import type { Gallery, OpenGalleryOptions } from '../types.js';
import { Collection } from './collection.js';
import { connectQdrant } from './qdrant-client.js';
import { QdrantStore } from './qdrant-store.js';

/** The tenant of galleries that were opened without one. */
const onlyTenant = 'default';

/** @throws InsightFaceError as `openGallery`. */
export async function openQdrantGallery(address: string, options: OpenGalleryOptions): Promise<Gallery> {
  const model = options.model && checkModel(options.model);
  const { tenant = onlyTenant, readonly = false } = options;
  const create = !readonly && (options.create ?? model !== undefined);
  const place = await connectQdrant(address);
  const collection = new Collection(place, `insightface_${tenant}`);
  const gallery = await collection.gallery();
  if (!gallery && !create)
    throw new InsightFaceError(
      'FILE_NOT_FOUND',
      `There is no gallery ${tenant} at ${place.location}. Check the address, or open it with a model to make one.`,
    );
  // Without a model there is nothing to keep yet: the collection is made when the first model is known.
  const store = new QdrantStore(collection, gallery?.model);
  if (model && !store.model && !readonly) await store.adoptModel(model);
  if (model) checkSameModel(model, store.model, place.location);
  return new RemoteGallery(place.location, store, { ...(model && { model }), readonly });
}
