// Subjects and saved faces of CompreFace's REST manual: the documented shape and status, refusals, and who may ask.
import { describe, expect, it } from 'vitest';
import { createKey } from '../../access/key.js';
import type { Role } from '../../access/roles.js';
import {
  admin,
  answer,
  app,
  type Call,
  call,
  images,
  keys,
  nobodysId,
  photos,
  post,
  useCompreFaceServer,
} from '../../testing/compreface-server.js';

useCompreFaceServer();

describe('subjects', () => {
  it('are added once, listed, renamed, merged and deleted', async () => {
    expect(await answer(post('/recognition/subjects', { json: { subject: 'Cleo' } }), 201)).toEqual({
      subject: 'Cleo',
    });
    expect(await answer(post('/recognition/subjects', { json: { subject: 'Cleo' } }), 400)).toMatchObject({
      code: 43,
    });
    expect(await answer({ url: '/recognition/subjects/' }, 200)).toEqual({
      subjects: ['Ada', 'Bea', 'Cleo'],
    });
    const rename = (from: string, subject: string): Call => ({
      method: 'PUT',
      url: `/recognition/subjects/${from}`,
      json: { subject },
    });
    expect(await answer(rename('Cleo', 'Dora'), 200)).toEqual({ updated: true });
    await answer(post('/recognition/faces?subject=Dora', { files: { file: photos.adaAgain } }), 201);
    await answer(post('/recognition/subjects', { json: { subject: 'Dora 2' } }), 201);
    expect(await answer(rename('Dora', 'Dora 2'), 200)).toEqual({ updated: true });
    expect(await answer({ url: '/recognition/faces?subject=Dora%202' }, 200)).toMatchObject({
      total_elements: 1,
    });
    expect(await answer({ method: 'DELETE', url: '/recognition/subjects/Dora%202' }, 200)).toEqual({
      subject: 'Dora 2',
    });
    expect(await answer({ method: 'DELETE', url: '/recognition/subjects/Dora' }, 404)).toMatchObject({
      code: 42,
    });
    expect(await answer(rename('Dora', 'Eve'), 404)).toMatchObject({ code: 42 });
  });

  it.each([{}, { subject: '' }, { subject: {} }, [], null])('are not added from %j', async json => {
    expect(await answer(post('/recognition/subjects', { json }), 400)).toEqual({
      message: expect.any(String),
      code: 26,
    });
  });

  it('of another tenant are not seen, nor deleted with all of one’s own', async () => {
    const header = { 'x-api-key': admin };
    await app.inject({
      method: 'POST',
      url: '/v1/tenants',
      headers: header,
      payload: { id: 'other', name: 'Other' },
    });
    const { body } = await app.inject({
      method: 'POST',
      url: '/v1/keys',
      headers: header,
      payload: { name: 'other', roles: ['enrol', 'verify'], tenant: 'other' },
    });
    const { key } = JSON.parse(body) as { key: string };
    expect(await answer({ url: '/recognition/subjects/', key }, 200)).toEqual({ subjects: [] });
    await answer(post('/recognition/subjects', { json: { subject: 'Zoe' }, key }), 201);
    expect(await answer({ method: 'DELETE', url: '/recognition/subjects', key }, 200)).toEqual({
      deleted: 1,
    });
    const image = images.get('Ada');
    await answer(post(`/recognition/faces/${image}/verify`, { files: { file: photos.ada }, key }), 404);
    expect((await call({ url: `/static/${key}/images/${image}`, key: null })).rawPayload).toHaveLength(0);
    expect(await answer({ url: '/recognition/subjects/' }, 200)).toEqual({ subjects: ['Ada', 'Bea'] });
  });
});

describe('saved faces', () => {
  it('come from a form or from base64, are paged, shown and deleted', async () => {
    const json = { file: photos.adaAgain.toString('base64') };
    const saved = await answer(post('/recognition/faces?subject=Fay&det_prob_threshold=0.5', { json }), 201);
    expect(saved).toEqual({ image_id: expect.stringMatching(/^[0-9a-f-]{36}$/), subject: 'Fay' });
    const { image_id } = saved as { image_id: string };
    const all = { page_number: 0, page_size: 2, total_pages: 2, total_elements: 3 };
    expect(await answer({ url: '/recognition/faces?page=0&size=2' }, 200)).toEqual({
      faces: [
        { image_id: images.get('Ada'), subject: 'Ada' },
        { image_id: images.get('Bea'), subject: 'Bea' },
      ],
      ...all,
    });
    expect(await answer({ url: '/recognition/faces?page=1&size=2' }, 200)).toEqual({
      faces: [{ image_id, subject: 'Fay' }],
      ...all,
      page_number: 1,
    });
    expect(await answer({ url: '/recognition/faces?subject=Fay' }, 200)).toEqual({
      faces: [{ image_id, subject: 'Fay' }],
      page_number: 0,
      page_size: 20,
      total_pages: 1,
      total_elements: 1,
    });
    expect(await answer({ url: '/recognition/faces?subject=Nobody' }, 200)).toMatchObject({
      faces: [],
      total_pages: 0,
    });
    for (const shown of [
      await call({ url: `/recognition/faces/${image_id}/img` }),
      await call({ url: `/static/${keys.get('search')}/images/${image_id}`, key: null }),
    ]) {
      expect(shown.statusCode).toBe(200);
      expect(shown.headers['content-type']).toBe('image/jpeg');
      expect([...shown.rawPayload.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    }
    expect(await answer({ method: 'DELETE', url: `/recognition/faces/${image_id}` }, 200)).toEqual(saved);
    expect(await answer({ method: 'DELETE', url: `/recognition/faces/${image_id}` }, 404)).toMatchObject({
      code: 44,
    });
    const gone = await call({ url: `/recognition/faces/${image_id}/img` });
    expect([gone.statusCode, gone.rawPayload.length]).toEqual([200, 0]);
    await answer({ method: 'DELETE', url: '/recognition/subjects/Fay' }, 200);
  });

  it('are deleted several at once, or all of a subject, which stays', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) {
      const saved = await answer(
        post('/recognition/faces?subject=Gil', { files: { file: photos.adaAgain } }),
        201,
      );
      ids.push((saved as { image_id: string }).image_id);
    }
    const json = [ids[0], nobodysId];
    expect(await answer(post('/recognition/faces/delete', { json }), 200)).toEqual([
      { image_id: ids[0], subject: 'Gil' },
    ]);
    expect(await answer({ method: 'DELETE', url: '/recognition/faces?subject=Gil' }, 200)).toEqual({
      deleted: 2,
    });
    expect(await answer({ method: 'DELETE', url: '/recognition/faces?subject=Nobody' }, 404)).toMatchObject({
      code: 42,
    });
    expect(await answer({ url: '/recognition/subjects/' }, 200)).toEqual({ subjects: ['Ada', 'Bea', 'Gil'] });
    await answer({ method: 'DELETE', url: '/recognition/subjects/Gil' }, 200);
  });

  it.each([
    ['no face', 'nobody', 28],
    ['two faces', 'two', 31],
  ] as const)('refuse a picture with %s', async (_, photo, code) => {
    const request = post('/recognition/faces?subject=Hana', { files: { file: photos[photo] } });
    expect(await answer(request, 400)).toEqual({ message: expect.any(String), code });
  });
});

describe('keys', () => {
  const id = nobodysId;
  const routes: [Call['method'], string, Role][] = [
    ['POST', '/recognition/subjects', 'enrol'],
    ['GET', '/recognition/subjects/', 'search'],
    ['PUT', '/recognition/subjects/Ada', 'enrol'],
    ['DELETE', '/recognition/subjects/Ada', 'enrol'],
    ['DELETE', '/recognition/subjects', 'enrol'],
    ['POST', '/recognition/faces?subject=Ada', 'enrol'],
    ['GET', '/recognition/faces', 'search'],
    ['DELETE', '/recognition/faces', 'enrol'],
    ['DELETE', `/recognition/faces/${id}`, 'enrol'],
    ['POST', '/recognition/faces/delete', 'enrol'],
    ['GET', `/recognition/faces/${id}/img`, 'search'],
    ['GET', `/static/KEY/images/${id}`, 'search'],
    ['POST', '/recognition/recognize', 'search'],
    ['POST', `/recognition/faces/${id}/verify`, 'verify'],
    ['POST', '/detection/detect', 'search'],
    ['POST', '/verification/verify', 'verify'],
    ['POST', '/recognition/embeddings/recognize', 'search'],
    ['POST', `/recognition/embeddings/faces/${id}/verify`, 'verify'],
    ['POST', '/verification/embeddings/verify', 'verify'],
  ];
  it.each(routes)('%s %s asks for a key with the role %s', async (method = 'GET', url, role) => {
    const refusal = (code: number) => ({ message: expect.any(String), code });
    expect(await answer({ method, url, key: null }, 401)).toEqual(refusal(20));
    expect(await answer({ method, url, key: createKey() }, 401)).toEqual(refusal(10));
    expect(await answer({ method, url, key: keys.get('audit') ?? '' }, 403)).toEqual(refusal(12));
    const allowed = await call({ method, url, key: keys.get(role) ?? '' });
    expect([401, 403]).not.toContain(allowed.statusCode);
  });
});
