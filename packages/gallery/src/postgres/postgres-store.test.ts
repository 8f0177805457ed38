// What is PostgreSQL's own: migrations, many processes, an outage, hostile text, and the index of large galleries.
import { InsightFaceError } from 'insightface-ts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { checkSearch } from '../search-options.js';
import { collect } from '../testing/collect.js';
import { contractModel as model } from '../testing/contract.js';
import { PostgresServer } from '../testing/postgres-server.js';
import { formulaVector, unit } from '../testing/vectors.js';
import type { Gallery, OpenGalleryOptions, Person } from '../types.js';
import { type Connection, Database } from './database.js';
import { migrate, schemaVersion } from './migrate.js';
import { migrations } from './migrations.js';
import { openPostgresGallery } from './postgres-gallery.js';
import { searchIndex } from './search.js';

const vector = (seed: number) => formulaVector(seed, model.dimension);
let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
}, 180_000);
afterAll(() => server.remove());

const open = async (options: OpenGalleryOptions, settings = {}): Promise<Gallery> => {
  const gallery = await openPostgresGallery(server.url, options, settings);
  onTestFinished(() => gallery.close());
  return gallery;
};

/** Without any table. */
const emptyDatabase = async (): Promise<Database> => {
  const database = new Database(server.url);
  onTestFinished(() => database.close());
  await database.query('DROP SCHEMA IF EXISTS insightface CASCADE');
  return database;
};

describe('migrations', () => {
  it('make the tables once when several processes begin at the same time', async () => {
    const database = await emptyDatabase();
    const tenants = ['a', 'b', 'a', 'b'];
    const galleries = await Promise.all(tenants.map(tenant => open({ model, tenant })));
    expect(await schemaVersion(database)).toBe(migrations.length);
    await galleries[0]?.enroll('Ada', vector(1));
    expect(await galleries[2]?.stats()).toMatchObject({ people: 1 });
    expect(await galleries[1]?.stats()).toMatchObject({ people: 0 });
  });

  it('bring tables of version 1 up to date and keep what is in them', async () => {
    const database = await emptyDatabase();
    await migrate(database, migrations.slice(0, 1));
    expect(await schemaVersion(database)).toBe(1);
    await expect(open({ readonly: true })).rejects.toMatchObject({ code: 'GALLERY_INVALID' });
    await database.query(`INSERT INTO insightface.galleries (tenant) VALUES ('default')`);
    await database.query(`INSERT INTO insightface.people (gallery, id, name, folded_name, created_at)
      SELECT number, gen_random_uuid(), 'Ada', 'ada', now() FROM insightface.galleries`);
    const gallery = await open({ model });
    expect(await schemaVersion(database)).toBe(migrations.length);
    await gallery.enroll('Ada', vector(1));
    expect(await gallery.check()).toEqual({ people: 1, templates: 1 });
  });

  it('leave an empty database alone when no gallery is to be made, and refuse newer tables', async () => {
    const database = await emptyDatabase();
    await expect(open({})).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(await schemaVersion(database)).toBe(0);
    await migrate(database, [...migrations, 'SELECT 1']);
    await expect(open({ model })).rejects.toMatchObject({ code: 'GALLERY_INVALID' });
    await emptyDatabase();
  });

  it('change nothing when a step fails', async () => {
    const database = await emptyDatabase();
    await expect(migrate(database, [migrations[0]!, 'SELECT 1 / 0'])).rejects.toThrow();
    expect(await schemaVersion(database)).toBe(0);
  });
});

describe('names, tags and metadata', () => {
  it('are data, whatever SQL they hold', async () => {
    const gallery = await open({ model, tenant: 'hostile' });
    const texts = [`'; DROP TABLE insightface.people; --`, `"; $1 \\'`, '{a,"b"}', 'NULL', '%_\\'];
    for (const [index, text] of texts.entries()) {
      await gallery.enroll(text, vector(index), { tags: [text], metadata: { [text]: text }, source: text });
      expect(await gallery.search(vector(index), { tags: [text], limit: 5 })).toMatchObject([{ name: text }]);
      expect(await collect(gallery.list({ search: text.toLowerCase(), tags: [text] }))).toMatchObject([
        { name: text, metadata: { [text]: text } },
      ]);
      expect((await gallery.get(text))?.templates[0]?.source).toBe(text);
    }
    await gallery.rename(texts[0]!, `${texts[0]}!`);
    expect(await gallery.search(vector(0), { people: texts, limit: 9 })).toHaveLength(texts.length - 1);
    expect(await gallery.check()).toEqual({ people: texts.length, templates: texts.length });
  });

  it('keep 64 KiB of metadata with NUL characters; NUL elsewhere is refused, and nothing is changed', async () => {
    const gallery = await open({ model, tenant: 'nul' });
    const metadata = { text: `\0\ud800${'x'.repeat(65_400)}`, list: [1.5, null, { deep: '\0' }] };
    await gallery.enroll('A', vector(1), { metadata });
    expect((await gallery.get('A'))?.metadata).toEqual(metadata);
    const source = 'a\0b';
    await expect(gallery.enroll('B', vector(1), { source })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(await gallery.get('B')).toBeUndefined();
    expect(await collect(gallery.list({ search: '\0' }))).toEqual([]);
    expect(await gallery.getById(`'; SELECT 1`)).toBeUndefined();
  });
});

describe('the index of a large gallery', () => {
  const people = Array.from({ length: 600 }, (_, index) => templateOf(index));
  const truth = (probe: Float32Array, some: readonly Person[]) => {
    const query = unit(probe);
    const dot = (other: Float32Array) => other.reduce((sum, value, index) => sum + value * query[index]!, 0);
    return some
      .map(({ name, templates }) => ({ name, similarity: Math.max(...templates.map(t => dot(t.embedding))) }))
      .sort((a, b) => b.similarity - a.similarity);
  };

  it('finds the same people as a look at every template, and all whom the filters leave', async () => {
    const gallery = await open({ model, tenant: 'large' }, { exactBelow: 100 });
    await gallery.importPeople(people);
    const probes = Array.from({ length: 20 }, (_, index) => vector(5000 + index));
    const answers = await gallery.searchMany(probes, { limit: 3 });
    const right = answers.filter(([best], index) => best?.name === truth(probes[index]!, people)[0]?.name);
    expect(right.length).toBeGreaterThanOrEqual(19);
    for (const [index, person] of people.slice(0, 20).entries())
      expect(await gallery.search(vector(index), { limit: 1 })).toMatchObject([{ name: person.name }]);
    const rare = people.filter(({ tags }) => tags?.includes('rare'));
    const found = await gallery.search(probes[0]!, { tags: ['rare'], limit: 100 });
    expect(found.map(({ name }) => name)).toEqual(truth(probes[0]!, rare).map(({ name }) => name));
    expect(await gallery.search(probes[0]!, { limit: 1000 })).toHaveLength(people.length);
    const [best, next] = truth(probes[0]!, people);
    const threshold = (best!.similarity + next!.similarity) / 2;
    expect(await gallery.search(probes[0]!, { threshold })).toMatchObject([{ name: best!.name }]);
  });

  it('is what the query uses', async () => {
    const database = new Database(server.url);
    onTestFinished(() => database.close());
    const plans: string[] = [];
    const answers = await database.transaction(async connection => {
      const [row] = await connection.query<{ number: number }>(
        `SELECT number FROM insightface.galleries WHERE tenant = 'large'`,
      );
      const explaining: Connection = {
        query: async <Row>(sql: string, values?: readonly unknown[]) => {
          if (sql.startsWith('SELECT'))
            plans.push(JSON.stringify(await connection.query(`EXPLAIN ${sql}`, values)));
          return connection.query<Row>(sql, values);
        },
      };
      const place = { gallery: row!.number, dimension: model.dimension };
      const probes = Array.from({ length: 20 }, (_, index) => unit(vector(5000 + index)));
      return searchIndex(explaining, place, probes, checkSearch({ limit: 3 }));
    });
    expect(plans.join()).toMatch(/Index Scan using templates_\d+_hnsw/);
    const right = answers?.filter(
      ({ name }, index) => index % 3 === 0 && name === truth(vector(5000 + index / 3), people)[0]?.name,
    );
    expect(right?.length).toBeGreaterThanOrEqual(19);
  });
});

describe('an outage', () => {
  it('is reported while it lasts, and over without opening anew; what was acknowledged is there', async () => {
    const gallery = await open({ model, tenant: 'outage' });
    const acknowledged: string[] = [];
    const failures: unknown[] = [];
    let running = true;
    const load = Promise.all(
      [0, 1].map(async worker => {
        for (let index = 0; running; index++) {
          const name = `${worker}-${index}`;
          await gallery.enroll(name, vector(index)).then(
            () => acknowledged.push(name),
            error => failures.push(error),
          );
          await gallery.search(vector(index)).catch(error => failures.push(error));
          await pause(20);
        }
      }),
    );
    await until(() => acknowledged.length >= 6);
    await server.stop();
    await until(() => failures.length >= 6);
    const before = acknowledged.length;
    await server.restart();
    await until(() => acknowledged.length >= before + 6);
    running = false;
    await load;
    for (const error of failures) {
      expect(error).toBeInstanceOf(InsightFaceError);
      expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
      expect(`${error}`).not.toContain('not-a-secret');
    }
    const present = new Set((await collect(gallery.list())).map(({ name }) => name));
    expect(acknowledged.filter(name => !present.has(name))).toEqual([]);
    await gallery.check();
  }, 240_000);
});

describe('an address', () => {
  it('is shown without the password', async () => {
    expect((await open({ model, tenant: 'address' })).location).not.toContain('not-a-secret');
    const wrong = 'postgres://user:not-a-secret@127.0.0.1:1/none';
    const failure = await openPostgresGallery(wrong, { model }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    for (const bad of [
      'postgres://user:not-a-secret@host:port/x',
      'postgres://u:not-a-secret@h/x?pool_size=0',
    ]) {
      const error = await openPostgresGallery(bad, { model }).catch((error: unknown) => error);
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
      expect(`${error}`).not.toContain('not-a-secret');
    }
  });
});

function templateOf(index: number): Person {
  const id = (kind: string) => `${index.toString(16).padStart(8, '0')}-0000-4000-8000-00000000000${kind}`;
  const createdAt = '2026-01-02T03:04:05.678Z';
  const embedding = unit(vector(index));
  return {
    id: id('a'),
    name: `P${index}`,
    createdAt,
    ...(index % 60 === 0 && { tags: ['rare'] }),
    templates: [{ id: id('b'), model: model.fingerprint, embedding, createdAt }],
  };
}

const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

async function until(done: () => boolean): Promise<void> {
  while (!done()) await pause(20);
}
