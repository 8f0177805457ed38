// The Qdrant store against a fake of the protocol (testing/qdrant-fake.ts), through the official client.
import { InsightFaceError } from 'insightface-ts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { describeGalleryContract, contractModel as model } from '../testing/contract.js';
import { QdrantFake } from '../testing/qdrant-fake.js';
import { formulaVector } from '../testing/vectors.js';
import { galleryPointId } from './points.js';
import { openQdrantGallery } from './qdrant-gallery.js';

const vector = (seed: number) => formulaVector(seed, model.dimension);
let fake: QdrantFake;
beforeAll(async () => {
  fake = await QdrantFake.start();
});
afterAll(() => fake.stop());

describeGalleryContract('Qdrant', () => ({
  open: (tenant, options) => openQdrantGallery(fake.url, { ...options, tenant }),
  sorted: false,
}));

describe('Qdrant', () => {
  it('that is too old, away or in trouble is reported, and works again without opening anew', async () => {
    const own = await QdrantFake.start();
    onTestFinished(() => own.stop());
    own.version = '1.16.3';
    await expect(openQdrantGallery(own.url, { model })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    own.version = '1.17.0';
    const gallery = await openQdrantGallery(own.url, { model });
    await gallery.enroll('A', vector(1));
    const unavailable = async () => {
      const failure = await gallery.search(vector(1)).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(InsightFaceError);
      expect(failure).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    };
    own.failure = 503;
    await unavailable();
    own.failure = undefined;
    const { port } = own;
    await own.stop();
    await unavailable();
    await own.listen(port);
    expect(await gallery.search(vector(1))).toMatchObject([{ name: 'A' }]);
  });

  it('is told the key, which no location or message shows', async () => {
    const own = await QdrantFake.start();
    onTestFinished(() => own.stop());
    own.apiKey = 'not a secret';
    // The client warns of a key without TLS.
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const failure = await openQdrantGallery(own.url, { model }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const address = own.url.replace('//', '//:not%20a%20secret@');
    const gallery = await openQdrantGallery(address, { model });
    expect(gallery.location).toBe(own.url);
    await expect(openQdrantGallery('qdrant://:secret@host:no', { model })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.not.stringContaining('secret'),
    });
  });

  it('says what to install when the client is missing', async () => {
    vi.resetModules();
    vi.doMock('@qdrant/js-client-rest', () => {
      throw new Error('not installed');
    });
    onTestFinished(() => {
      vi.doUnmock('@qdrant/js-client-rest');
    });
    const { openQdrantGallery } = await import('./qdrant-gallery.js');
    await expect(openQdrantGallery(fake.url, { model })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('npm install @qdrant/js-client-rest'),
    });
  });

  it('shows no template of nobody, as an enrolment that was cut off leaves, and compact removes it', async () => {
    const gallery = await openQdrantGallery(fake.url, { model, tenant: 'cut-off' });
    await gallery.enroll('A', vector(1));
    const before = fake.size('insightface_cut-off');
    fake.put('insightface_cut-off', {
      id: '00000000-0000-4000-8000-000000000001',
      vector: { embedding: [...vector(2)] },
      payload: { kind: 'template', person: '00000000-0000-4000-8000-000000000002', tags: [] },
    });
    expect(await gallery.search(vector(2))).toMatchObject([{ name: 'A' }]);
    expect(await gallery.getByTemplate('00000000-0000-4000-8000-000000000001')).toBeUndefined();
    expect(await gallery.compact()).toEqual({ people: 1, templates: 1 });
    expect(fake.size('insightface_cut-off')).toBe(before);
  });

  it('makes one person of a name that several enrol at once', async () => {
    const galleries = await Promise.all(
      [1, 2, 3].map(() => openQdrantGallery(fake.url, { model, tenant: 'race' })),
    );
    await Promise.all(
      galleries.map((gallery, index) => gallery.enroll('A', vector(index), { tags: [`t${index}`] })),
    );
    expect(await galleries[0]?.check()).toEqual({ people: 1, templates: 3 });
    expect((await galleries[0]?.get('A'))?.templates).toHaveLength(3);
  });

  it('does not take a collection of another program for a gallery', async () => {
    const gallery = await openQdrantGallery(fake.url, { model, tenant: 'foreign' });
    await gallery.enroll('A', vector(1));
    fake.put('insightface_foreign', { id: galleryPointId, vector: {}, payload: { kind: 'other' } });
    await expect(openQdrantGallery(fake.url, { model, tenant: 'foreign' })).rejects.toMatchObject({
      code: 'GALLERY_INVALID',
    });
  });
});
