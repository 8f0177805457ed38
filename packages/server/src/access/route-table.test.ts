// Every route by every role and tenant: nobody reaches what is not theirs. A route without an entry fails.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { TestServer } from '../testing/test-server.js';
import { type Role, roles } from './roles.js';

const faces: readonly Role[] = ['enrol', 'search', 'verify'];
const people: readonly Role[] = ['enrol', 'search'];

/** Roles beside `admin` that may use the route; `root`: only admins of the root tenant; `open`: anybody. */
const expected: Readonly<Record<string, readonly Role[] | 'root' | 'open'>> = {
  'GET /openapi.json': 'open',
  'GET /v1/health': 'open',
  'GET /v1/ready': 'open',
  'GET /v1/me': roles,
  'GET /v1/models': roles,
  'GET /v1/thresholds': roles,
  'GET /metrics': 'root',
  'GET /v1/system': 'root',
  'POST /v1/models/reload': 'root',
  'GET /v1/tenants': 'root',
  'POST /v1/tenants': 'root',
  'DELETE /v1/tenants/:id': 'root',
  'GET /v1/settings': [],
  'PUT /v1/settings': [],
  'GET /v1/keys': [],
  'POST /v1/keys': [],
  'DELETE /v1/keys/:id': [],
  'GET /v1/audit': ['audit'],
  'GET /v1/audit/state': ['audit'],
  'POST /v1/detect': faces,
  'POST /v1/analyze': faces,
  'POST /v1/embeddings': faces,
  'POST /v1/compare': ['verify'],
  'POST /v1/verify': ['verify'],
  'POST /v1/search': ['search'],
  'POST /v1/identify': ['search'],
  'GET /v1/people': people,
  'POST /v1/people': ['enrol'],
  'GET /v1/people/:id': people,
  'PATCH /v1/people/:id': ['enrol'],
  'DELETE /v1/people/:id': ['enrol'],
  'POST /v1/people/:id/merge': ['enrol'],
  'GET /v1/people/:id/faces': people,
  'POST /v1/people/:id/faces': ['enrol'],
  'DELETE /v1/people/:id/faces/:templateId': ['enrol'],
  'GET /v1/people/:id/faces/:templateId/photo': people,
  'POST /v1/clusters': ['search'],
  'GET /v1/jobs': people,
  'POST /v1/jobs': ['enrol'],
  'GET /v1/jobs/:id': people,
  'DELETE /v1/jobs/:id': people,
  'GET /api/v1/recognition/subjects': people,
  'GET /api/v1/recognition/subjects/': people,
  'POST /api/v1/recognition/subjects': ['enrol'],
  'PUT /api/v1/recognition/subjects/:subject': ['enrol'],
  'DELETE /api/v1/recognition/subjects': ['enrol'],
  'DELETE /api/v1/recognition/subjects/:subject': ['enrol'],
  'GET /api/v1/recognition/faces': people,
  'POST /api/v1/recognition/faces': ['enrol'],
  'DELETE /api/v1/recognition/faces': ['enrol'],
  'DELETE /api/v1/recognition/faces/:image_id': ['enrol'],
  'POST /api/v1/recognition/faces/delete': ['enrol'],
  'GET /api/v1/recognition/faces/:image_id/img': people,
  'GET /api/v1/static/:api_key/images/:image_id': people,
  'POST /api/v1/recognition/recognize': ['search'],
  'POST /api/v1/recognition/faces/:image_id/verify': ['verify'],
  'POST /api/v1/detection/detect': faces,
  'POST /api/v1/verification/verify': ['verify'],
  'POST /api/v1/recognition/embeddings/recognize': ['search'],
  'POST /api/v1/recognition/embeddings/faces/:image_id/verify': ['verify'],
  'POST /api/v1/verification/embeddings/verify': ['verify'],
  'POST /extract': faces,
  'POST /draw_detections': faces,
  'POST /multipart/draw_detections': faces,
  'GET /info': roles,
  'GET /health': roles,
  'GET /docs': 'open',
  'GET /': 'open',
};

let server: TestServer;
const keys = new Map<string, string>();
const tenants = ['default', 'other'];

beforeAll(async () => {
  server = await TestServer.start({ data: temporaryFolder() });
  await server.json('POST', '/v1/tenants', { id: 'other' });
  for (const tenant of tenants)
    for (const role of roles) keys.set(`${tenant} ${role}`, await server.key([role], tenant));
}, 120_000);

afterAll(() => server.close());

const routes = () => server.app.routeTable.filter(({ method }) => method !== 'HEAD');

describe('access', () => {
  it('names every route, and no other', () => {
    const own = routes().map(({ method, url }) => `${method} ${url}`);
    expect(own.sort()).toEqual(Object.keys(expected).sort());
  });

  it('lets each role of each tenant do just what the table says', async () => {
    const wrong: string[] = [];
    for (const [route, who] of Object.entries(expected)) {
      const [method = '', pattern = ''] = route.split(' ');
      const url = pattern.replaceAll(/:\w+/g, '00000000-0000-4000-8000-000000000000');
      const denied = await server.ask(method, url, null);
      if (who === 'open' ? denied.status >= 400 : denied.status !== 401) wrong.push(`${route} without a key`);
      const unknown = await server.ask(method, url, `ifk_${'A'.repeat(43)}`);
      if (who !== 'open' && unknown.status !== 401) wrong.push(`${route} with a key that nobody has`);
      for (const tenant of tenants)
        for (const role of roles) {
          const { status } = await server.ask(method, url, keys.get(`${tenant} ${role}`) ?? '');
          const may =
            who === 'open' ||
            (who === 'root'
              ? role === 'admin' && tenant === 'default'
              : role === 'admin' || who.includes(role));
          const refused = status === 401 || status === 403;
          if (refused === may || status >= 500) wrong.push(`${route} as ${role} of ${tenant}: ${status}`);
        }
    }
    expect(wrong).toEqual([]);
  });

  it('keeps tenants apart: people, faces, photos, keys, jobs, settings, audit', async () => {
    const theirs = keys.get('other admin') ?? '';
    const { body } = await server.json('POST', '/v1/people', { name: 'Ada' });
    const { id } = body.person;
    const settings = (await server.json('GET', '/v1/settings')).body;
    await server.json('PUT', '/v1/settings', { ...settings, threshold: 0.9 });
    const own = await server.json('GET', '/v1/me');
    for (const [method, url, payload] of [
      ['GET', `/v1/people/${id}`],
      ['PATCH', `/v1/people/${id}`, { name: 'Eve' }],
      ['DELETE', `/v1/people/${id}`],
      ['GET', `/v1/people/${id}/faces`],
      ['POST', `/v1/people/${id}/merge`, { from: id }],
      ['DELETE', `/v1/people/${id}/faces/${id}`],
      ['GET', `/v1/people/${id}/faces/${id}/photo`],
      ['DELETE', `/v1/keys/${own.body.keyId}`],
    ] as const)
      expect([method, url, (await server.json(method, url, payload, theirs)).status]).toEqual([
        method,
        url,
        404,
      ]);
    expect((await server.json('GET', '/v1/people', undefined, theirs)).body.people).toEqual([]);
    expect((await server.json('GET', '/v1/settings', undefined, theirs)).body.threshold).toBe(null);
    const listed = (await server.json('GET', '/v1/keys', undefined, theirs)).body.keys as {
      tenant: string;
    }[];
    expect(new Set(listed.map(({ tenant }) => tenant))).toEqual(new Set(['other']));
    const foreign = await server.json(
      'POST',
      '/v1/keys',
      { name: 'x', roles: ['admin'], tenant: 'default' },
      theirs,
    );
    expect(foreign.status).toBe(403);
    await server.json('POST', '/v1/people', { name: 'Ben' }, theirs);
    const records = (await server.json('GET', '/v1/audit', undefined, theirs)).body.records as {
      tenant: string;
    }[];
    expect(new Set(records.map(({ tenant }) => tenant))).toEqual(new Set(['other']));
    expect((await server.json('GET', `/v1/people/${id}`)).body.name).toBe('Ada');
  });

  it('ends a tenant with all that is its', async () => {
    const key = await server.key(['admin'], 'other');
    expect((await server.json('DELETE', '/v1/tenants/default')).status).toBe(409);
    expect((await server.json('DELETE', '/v1/tenants/other')).status).toBe(204);
    expect((await server.json('GET', '/v1/me', undefined, key)).status).toBe(401);
    await server.json('POST', '/v1/tenants', { id: 'other' });
    const fresh = await server.key(['admin'], 'other');
    expect((await server.json('GET', '/v1/people', undefined, fresh)).body.people).toEqual([]);
  });

  it('holds keys to their rate, their quota and their end', async () => {
    const limited = await server.key(['search'], undefined, { ratePerMinute: 2 });
    const answers = [];
    for (let count = 0; count < 3; count++)
      answers.push(await server.json('GET', '/v1/me', undefined, limited));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(Number(answers[2]?.headers['retry-after'])).toBeGreaterThan(0);
    const expired = await server.key(['search'], undefined, { expiresAt: '2020-01-01T00:00:00Z' });
    expect((await server.json('GET', '/v1/me', undefined, expired)).status).toBe(401);
  });
});
