// What people come for, on real photos: enrol, search, identify, verify, compare, merge, cluster, delete.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GroupPhoto, groupPhoto } from '../testing/group-photo.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { TestServer } from '../testing/test-server.js';

let server: TestServer;
let photos: GroupPhoto;
const people: string[] = [];
const folder = temporaryFolder();
const album = join(folder, 'album');

beforeAll(async () => {
  mkdirSync(album);
  server = await TestServer.start({ data: join(folder, 'data'), allowFolders: [album] });
  photos = await groupPhoto(server);
}, 120_000);

afterAll(() => server.close());

const jobDone = async (id: string) => {
  for (;;) {
    const { body } = await server.json('GET', `/v1/jobs/${id}`);
    if (!['queued', 'running'].includes(body.state)) return body;
    await sleep(20);
  }
};

describe('detect, analyze, embeddings', () => {
  it('give the same faces by form, base64, data: URI and path', async () => {
    const byForm = await server.form('/v1/detect?landmarks=true', { image: photos.group });
    expect(byForm.status).toBe(200);
    expect(byForm.body.faces).toHaveLength(3);
    expect(byForm.body.faces[0]).toMatchObject({
      quality: expect.any(Number),
      pose: { yaw: expect.any(Number) },
    });
    expect(byForm.body.faces[0].landmarks).toHaveLength(5);
    const base64 = Buffer.from(photos.group.bytes).toString('base64');
    writeFileSync(join(album, 'group.jpg'), photos.group.bytes);
    for (const image of [base64, `data:image/jpeg;base64,${base64}`, { path: 'group.jpg' }]) {
      const byJson = await server.json('POST', '/v1/detect', { image, landmarks: true });
      expect(byJson.body).toEqual(byForm.body);
    }
  });

  it('describe several pictures, each with its faces or its fault', async () => {
    const broken = { name: 'broken.jpg', bytes: Buffer.from('no picture') };
    const portrait = photos.portraits[0]!;
    const { body } = await server.form('/v1/analyze?crops=true', { images: [portrait, broken] });
    expect(body.results[0].faces[0].age).toBeGreaterThan(0);
    expect(body.results[0].faces[0].crop).toMatch(/^data:image\/jpeg;base64,/);
    expect(body.results[1]).toMatchObject({ name: 'broken.jpg', error: { code: 'IMAGE_UNSUPPORTED' } });
    const one = await server.form('/v1/analyze', { image: broken });
    expect([one.status, one.body.error.code]).toEqual([422, 'IMAGE_UNSUPPORTED']);
  });

  it('give unit embeddings, the same for an aligned crop', async () => {
    const portrait = photos.portraits[0]!;
    const { body } = await server.form('/v1/embeddings', { image: portrait });
    const { embedding } = body.faces[0];
    expect(embedding).toHaveLength(body.model.dimension);
    expect(dot(embedding, embedding)).toBeCloseTo(1, 5);
    const analyzed = await server.form('/v1/analyze?crops=true', { image: portrait });
    const crop = analyzed.body.faces[0].crop;
    const aligned = await server.json('POST', '/v1/embeddings', { image: crop, aligned: true });
    expect(dot(aligned.body.faces[0].embedding, embedding)).toBeGreaterThan(0.97);
  });
});

describe('people', () => {
  it('are enrolled from photos, with what was refused and why', async () => {
    for (const [index, portrait] of photos.portraits.entries()) {
      const { status, body } = await server.form('/v1/people', {
        name: `Person ${index}`,
        tags: [`tag${index}`, 'team'],
        metadata: JSON.stringify({ badge: index }),
        images: [portrait],
      });
      expect(status).toBe(201);
      expect(body.enrolled).toHaveLength(1);
      expect(body.person).toMatchObject({
        name: `Person ${index}`,
        templates: 1,
        metadata: { badge: index },
      });
      people.push(body.person.id);
    }
    const group = await server.form('/v1/people', { name: 'Everybody', images: photos.group });
    expect([group.status, group.body.error.code]).toEqual([422, 'NO_USABLE_FACE']);
    expect(group.body.error.details.rejected[0]).toMatchObject({ name: 'group.jpg', code: 'SEVERAL_FACES' });
    const again = await server.form('/v1/people', { name: 'Person 0', images: photos.portraits[0]! });
    expect([again.status, again.body.error.code]).toEqual([409, 'PERSON_EXISTS']);
  });

  it('are listed by pages, by part of the name and by tags, with a photo', async () => {
    const first = await server.json('GET', '/v1/people?limit=2');
    expect(first.body.people.map((person: { name: string }) => person.name)).toEqual([
      'Person 0',
      'Person 1',
    ]);
    const second = await server.json(
      'GET',
      `/v1/people?limit=2&after=${encodeURIComponent(first.body.next)}`,
    );
    expect([second.body.people.length, second.body.next]).toEqual([1, null]);
    const tagged = await server.json('GET', '/v1/people?tags=team&tags=tag1');
    expect(tagged.body.people).toHaveLength(1);
    const photo = await server.json('GET', tagged.body.people[0].photo);
    expect(photo.headers['content-type']).toBe('image/jpeg');
    expect([...photo.bytes.subarray(0, 2)]).toEqual([0xff, 0xd8]);
  });

  it('are found in a group photo: searched, identified, verified, compared', async () => {
    const search = await server.form('/v1/search?limit=2', { image: photos.group });
    for (const face of search.body.faces) {
      expect(face.matches).toHaveLength(2);
      expect([face.matches[0].match, face.matches[1].match]).toEqual([true, false]);
      expect(face.matches[0].confidence).toBeGreaterThan(0.9);
    }
    const names = (faces: { matches: { person: { id: string } }[] }[]) =>
      faces.map(face => face.matches[0]?.person.id);
    expect(new Set(names(search.body.faces))).toEqual(new Set(people));
    const identified = await server.form('/v1/identify', { image: photos.group });
    expect(names(identified.body.faces)).toEqual(names(search.body.faces));
    const strangers = await server.form('/v1/identify?tags=nobody', { image: photos.group });
    expect(strangers.body.faces[0]).toMatchObject({ matches: [], reason: 'NOBODY' });

    const right = await server.form('/v1/verify', { image: photos.others[0]!, person: people[0]! });
    expect(right.body).toMatchObject({ match: true, far: 1e-4, person: { name: 'Person 0' } });
    const wrong = await server.form('/v1/verify?person=Person%201', { image: photos.others[0]! });
    expect(wrong.body).toMatchObject({ match: false, reason: 'SIMILARITY' });

    const same = await server.form('/v1/compare', {
      source: photos.portraits[1]!,
      target: photos.others[1]!,
    });
    expect(same.body).toMatchObject({ match: true, source: { score: expect.any(Number) } });
    const target = Buffer.from(photos.others[2]!.bytes).toString('base64');
    const other = await server.json('POST', '/v1/compare', { source: { person: people[1] }, target });
    expect(other.body.match).toBe(false);
  });

  it('are changed, merged and deleted; photos follow', async () => {
    const id = people[0]!;
    const patched = await server.json('PATCH', `/v1/people/${id}`, {
      name: 'Renamed',
      tags: ['new'],
      metadata: { a: 1 },
    });
    expect(patched.body).toMatchObject({ id, name: 'Renamed', tags: ['new'], metadata: { a: 1 } });
    const more = await server.form(`/v1/people/${id}/faces`, { images: photos.others[0]! });
    expect(more.body.person.templates).toBe(2);
    const merged = await server.json('POST', `/v1/people/${id}/merge`, { from: people[1] });
    expect(merged.body.templates).toBe(3);
    expect((await server.json('GET', `/v1/people/${people[1]}`)).status).toBe(404);
    const { body } = await server.json('GET', `/v1/people/${id}/faces`);
    expect(body.faces).toHaveLength(3);
    for (const face of body.faces) expect((await server.json('GET', face.photo)).status).toBe(200);
    expect((await server.json('DELETE', `/v1/people/${id}/faces/${body.faces[2].id}`)).status).toBe(204);
    expect((await server.json('GET', body.faces[2].photo)).status).toBe(404);
    expect((await server.json('DELETE', `/v1/people/${id}`)).status).toBe(204);
    expect((await server.json('GET', body.faces[0].photo)).status).toBe(404);
    expect((await server.json('GET', '/v1/people')).body.people).toHaveLength(1);
  });
});

describe('jobs', () => {
  it('cluster uploads and say who a cluster may be', async () => {
    const images = [...photos.portraits, ...photos.others];
    const started = await server.form('/v1/clusters', { images });
    expect(started.status).toBe(202);
    const { state, result, progress } = await jobDone(started.body.id);
    expect([state, progress]).toEqual(['done', { done: 6, total: 6 }]);
    expect(result.clusters.map((cluster: { faces: unknown[] }) => cluster.faces.length)).toEqual([2, 2, 2]);
    const suggested = result.clusters.flatMap(
      (cluster: { suggestion?: { id: string } }) => cluster.suggestion ?? [],
    );
    expect(suggested).toMatchObject([{ id: people[2] }]);
  });

  it('enrol a folder of folders, and stay within what is allowed', async () => {
    for (const [index, { bytes }] of photos.portraits.entries()) {
      mkdirSync(join(album, 'team', `Member ${index}`), { recursive: true });
      writeFileSync(join(album, 'team', `Member ${index}`, 'a.jpg'), bytes);
    }
    writeFileSync(join(album, 'team', 'Member 0', 'b.jpg'), 'broken');
    const started = await server.json('POST', '/v1/jobs', { kind: 'enrol-folder', path: 'team' });
    const { state, result } = await jobDone(started.body.id);
    expect(state).toBe('done');
    expect(result.people).toMatchObject([0, 1, 2].map(index => ({ name: `Member ${index}`, enrolled: 1 })));
    expect(result.rejected).toMatchObject([{ name: 'Member 0/b.jpg', code: 'IMAGE_UNSUPPORTED' }]);
    const outside = await server.json('POST', '/v1/jobs', { kind: 'analyze-folder', path: folder });
    expect([outside.status, outside.body.error.code]).toEqual([403, 'FORBIDDEN']);
  });
});

describe('settings and the audit log', () => {
  it('thresholds decide from the next request on', async () => {
    const { body: settings } = await server.json('GET', '/v1/settings');
    const strict = await server.json('PUT', '/v1/settings', { ...settings, threshold: 0.999 });
    expect(strict.body.threshold).toBe(0.999);
    const { body } = await server.form('/v1/verify', { image: photos.others[0]!, person: 'Member 0' });
    expect(body).toMatchObject({ match: false, threshold: 0.999, far: null });
    await server.json('PUT', '/v1/settings', settings);
    const wrong = await server.json('PUT', '/v1/settings', { ...settings, far: 7 });
    expect([wrong.status, wrong.body.error.code]).toEqual([400, 'INVALID_REQUEST']);
    const unmeasured = await server.json('PUT', '/v1/settings', { ...settings, far: 1e-9 });
    expect([unmeasured.status, unmeasured.body.error.code]).toEqual([400, 'INVALID_ARGUMENT']);
    const liveness = { required: true, threshold: 0.5 };
    expect((await server.json('PUT', '/v1/settings', { ...settings, liveness })).status).toBe(409);
    expect((await server.json('GET', '/v1/settings')).body).toEqual(settings);
    const { body: thresholds } = await server.json('GET', '/v1/thresholds');
    expect(thresholds.curve[0].far).toBeGreaterThan(thresholds.curve.at(-1).far);
  });

  it('hold every decision and change in order, by reference, and the chain is whole', async () => {
    const { body } = await server.json('GET', '/v1/audit?limit=1000');
    const actions = new Set(body.records.map((record: { action: string }) => record.action));
    for (const action of [
      'key.create',
      'enrol',
      'search',
      'identify',
      'verify',
      'compare',
      'person.merge',
      'delete',
    ])
      expect(actions).toContain(action);
    for (const action of ['job.start', 'settings.change', 'person.change', 'face.delete'])
      expect(actions).toContain(action);
    expect(JSON.stringify(body.records)).not.toMatch(/Person \d|Member|Renamed/);
    const own = await server.json('GET', `/v1/audit?subject=${people[2]}`);
    expect(own.body.records[0].action).toBe('enrol');
    const state = await server.json('GET', '/v1/audit/state');
    expect(state.body).toMatchObject({ ok: true, records: expect.any(Number) });
  });
});

describe('the log', () => {
  it('holds no names, no embeddings, no pictures, no keys', () => {
    const log = server.log.join('\n');
    expect(log).toContain('POST /v1/people');
    expect(log).not.toMatch(/Person|Member|Renamed|tag0|\.jpg|base64|ifk_|0\.\d{6}/);
    expect(Math.max(...server.log.map(line => line.length))).toBeLessThan(600);
  });
});

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}
