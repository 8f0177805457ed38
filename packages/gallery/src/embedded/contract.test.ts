import { join } from 'node:path';
import { openKeyRing } from '../encryption/open-key-ring.js';
import { describeGalleryContract } from '../testing/contract.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { openEmbeddedGallery } from './embedded-gallery.js';

describeGalleryContract('the embedded store', async () => {
  const root = await temporaryFolder();
  return { open: (place, options) => openEmbeddedGallery(join(root, place), options) };
});

describeGalleryContract('the encrypted embedded store', async () => {
  const root = await temporaryFolder();
  const encryption = await openKeyRing({ keys: [Buffer.alloc(32, 7).toString('base64')] });
  return {
    open: (place, options) => openEmbeddedGallery(join(root, place), { ...options, encryption }),
    sorted: false,
  };
});
