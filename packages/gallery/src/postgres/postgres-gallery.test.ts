// The PostgreSQL store over the wire, against a real PostgreSQL with the real extension.
import { afterAll, beforeAll } from 'vitest';
import { describeGalleryContract } from '../testing/contract.js';
import { PostgresServer } from '../testing/postgres-server.js';
import { openPostgresGallery } from './postgres-gallery.js';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
}, 180_000);
afterAll(() => server.remove());

describeGalleryContract('PostgreSQL', () => ({
  // With a single connection, whoever asks for a second one while holding the first would wait for ever.
  open: (tenant, options) => openPostgresGallery(`${server.url}?pool_size=1`, { ...options, tenant }),
}));
