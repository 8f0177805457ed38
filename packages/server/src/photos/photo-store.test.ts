// Photos at rest: sealed where there is a master key, gone with their person.
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { type TestPhotos, testPhotos } from '../testing/test-photos.js';
import { TestServer } from '../testing/test-server.js';

const folder = temporaryFolder();
const data = join(folder, 'data');
const masterKeyFile = join(folder, 'master.key');
let server: TestServer;
let photos: TestPhotos;

beforeAll(async () => {
  writeFileSync(masterKeyFile, randomBytes(32).toString('base64'), { mode: 0o600 });
  server = await TestServer.start({ data, masterKeyFile });
  photos = await testPhotos();
}, 120_000);

afterAll(() => server.close());

const files = () =>
  readdirSync(data, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name));
const enrol = async (name: string) =>
  (await server.form('/v1/people', { name, images: photos.ada })).body.person as {
    id: string;
    photo: string;
  };

describe('photos', () => {
  it('lie sealed on the disk, for this user alone, and come back as pictures', async () => {
    const person = await enrol('Margarethe von Ungewöhnlich');
    const answer = await server.json('GET', person.photo);
    expect(answer.headers['content-type']).toBe('image/jpeg');
    const jpegHead = Buffer.from([0xff, 0xd8, 0xff]);
    expect(Buffer.from(answer.bytes).subarray(0, 3)).toEqual(jpegHead);
    const photo = files().find(file => file.includes('photos')) ?? '';
    expect(statSync(photo).mode & 0o077).toBe(0);
    for (const file of files()) {
      const bytes = readFileSync(file);
      expect([file, bytes.includes(jpegHead), bytes.includes('Ungewöhnlich')]).toEqual([file, false, false]);
    }
    // A file that was put in another's place does not pass for it.
    const other = await enrol('Other');
    const otherPhoto = files().find(file => file.includes(other.id)) ?? '';
    writeFileSync(otherPhoto, readFileSync(photo));
    expect((await server.json('GET', other.photo)).status).toBe(503);
  });

  it('are gone with their person, and follow a merge', async () => {
    const [first, second] = [await enrol('First'), await enrol('Second')];
    expect((await server.json('POST', `/v1/people/${first.id}/merge`, { from: second.id })).status).toBe(200);
    const { body } = await server.json('GET', `/v1/people/${first.id}/faces`);
    for (const face of body.faces) expect((await server.json('GET', face.photo)).status).toBe(200);
    await server.json('DELETE', `/v1/people/${first.id}`);
    expect(files().filter(file => file.includes(first.id) || file.includes(second.id))).toEqual([]);
  });

  it('are kept only where the settings say so', async () => {
    const { body: settings } = await server.json('GET', '/v1/settings');
    await server.json('PUT', '/v1/settings', { ...settings, keepPhotos: false });
    const person = await enrol('Unseen');
    expect(person.photo).toBeUndefined();
    expect(files().filter(file => file.includes(person.id))).toEqual([]);
  });
});
