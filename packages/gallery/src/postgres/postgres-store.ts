// One gallery in PostgreSQL.
import { checkSameModel } from '../models.js';
import { nobodyCalled, noTemplate } from '../remote/not-found.js';
import type { NewTemplates, PageOptions, PersonKey, RemoteStore } from '../remote/remote-store.js';
import type { CheckedSearch } from '../search-options.js';
import type { Counts, GalleryModel, Match, Metadata, Person, PersonSummary } from '../types.js';
import type { Database } from './database.js';
import { ensureIndex, hasIndex, type IndexPlace } from './hnsw.js';
import { addPeople } from './import.js';
import { makePartition, partitionName } from './partition.js';
import { enroll, merge, rename } from './people.js';
import {
  type PersonRow,
  personColumns,
  type TemplateRow,
  templateColumns,
  toMatch,
  toPerson,
  toSummary,
} from './rows.js';
import { mostPeopleByIndex, searchEvery, searchIndex } from './search.js';

/** The gallery's row. */
export interface GalleryRow {
  readonly number: number;
  readonly model_name: string | null;
  readonly dimension: number | null;
  readonly fingerprint: string | null;
}

export interface StoreSettings {
  /** Fewer templates than this are all compared. */
  readonly exactBelow?: number;
}

/** So many vectors of 512 numbers are compared in some 10 ms. */
const defaultExactBelow = 20_000;
/** Whether there is an index of use is asked again after this. */
const indexKnownForMs = 10_000;
/** Probes in one statement. */
const probesAtOnce = 64;

export class PostgresStore implements RemoteStore {
  readonly #database: Database;
  readonly #number: number;
  readonly #exactBelow: number;
  #model: GalleryModel | undefined;
  #index = { there: false, askedAt: Number.NEGATIVE_INFINITY };

  constructor(database: Database, row: GalleryRow, { exactBelow = defaultExactBelow }: StoreSettings = {}) {
    this.#database = database;
    this.#number = row.number;
    this.#model = modelOf(row);
    this.#exactBelow = exactBelow;
  }

  get model(): GalleryModel | undefined {
    return this.#model;
  }

  async adoptModel(model: GalleryModel): Promise<GalleryModel> {
    const { name, dimension, fingerprint } = model;
    this.#model = await this.#database.transaction(async connection => {
      const [row] = await connection.query<GalleryRow>(
        'SELECT * FROM insightface.galleries WHERE number = $1 FOR UPDATE',
        [this.#number],
      );
      const present = row && modelOf(row);
      if (present) return present;
      await connection.query(
        'UPDATE insightface.galleries SET model_name = $2, dimension = $3, fingerprint = $4 WHERE number = $1',
        [this.#number, name, dimension, fingerprint],
      );
      await makePartition(connection, this.#number, model);
      return model;
    });
    checkSameModel(model, this.#model, this.#database.location);
    return this.#model;
  }

  async counts(): Promise<Counts & { readonly bytes: number }> {
    const [row] = await this.#database.query<{ people: number; templates: number; bytes: string }>(
      `SELECT (SELECT count(*)::int FROM insightface.people WHERE gallery = $1) AS people,
              (SELECT count(*)::int FROM insightface.templates WHERE gallery = $1) AS templates,
              coalesce(pg_total_relation_size(to_regclass($2)), 0) AS bytes`,
      [this.#number, partitionName(this.#number)],
    );
    return { people: row!.people, templates: row!.templates, bytes: Number(row!.bytes) };
  }

  enroll(templates: NewTemplates): Promise<string[]> {
    return this.#database.transaction(connection => enroll(connection, this.#number, templates));
  }

  async find(key: PersonKey): Promise<Person | undefined> {
    const [condition, value] =
      'name' in key
        ? ['name = $2', key.name]
        : 'id' in key
          ? ['id = $2', key.id]
          : [
              'number = (SELECT person FROM insightface.templates WHERE gallery = $1 AND id = $2)',
              key.template,
            ];
    const rows = await this.#database.query<PersonRow>(
      `SELECT ${personColumns} FROM insightface.people p WHERE gallery = $1 AND ${condition}`,
      [this.#number, value],
    );
    const [person] = await this.#withTemplates(rows);
    return person;
  }

  async page({ after, limit, tags, search }: PageOptions): Promise<PersonSummary[]> {
    const rows = await this.#database.query<PersonRow & { templates: number }>(
      `SELECT ${personColumns}, (SELECT count(*)::int FROM insightface.templates t
         WHERE t.gallery = $1 AND t.person = p.number) AS templates
       FROM insightface.people p
       WHERE gallery = $1 AND name > $2 AND tags @> $3 AND strpos(folded_name, $4) > 0
       ORDER BY name LIMIT $5`,
      [this.#number, storableText(after ?? ''), tags, storableText(search), limit],
    );
    return rows.map(toSummary);
  }

  async pageWithTemplates({ after, limit }: Pick<PageOptions, 'after' | 'limit'>): Promise<Person[]> {
    const rows = await this.#database.query<PersonRow>(
      `SELECT ${personColumns} FROM insightface.people p WHERE gallery = $1 AND name > $2 ORDER BY name LIMIT $3`,
      [this.#number, after ?? '', limit],
    );
    return this.#withTemplates(rows);
  }

  async remove(name: string): Promise<void> {
    await this.#one('DELETE FROM insightface.people WHERE gallery = $1 AND name = $2', [name]);
  }

  async removeTemplate(id: string): Promise<void> {
    const removed = await this.#database.query(
      'DELETE FROM insightface.templates WHERE gallery = $1 AND id = $2 RETURNING id',
      [this.#number, id],
    );
    if (removed.length === 0) throw noTemplate(id);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#database.transaction(connection => rename(connection, this.#number, from, to));
  }

  async merge(from: string, into: string): Promise<void> {
    await this.#database.transaction(connection => merge(connection, this.#number, from, into));
  }

  async setMetadata(name: string, metadata: Metadata): Promise<void> {
    const sql = 'UPDATE insightface.people SET metadata = $3::json WHERE gallery = $1 AND name = $2';
    await this.#one(sql, [name, JSON.stringify(metadata)]);
  }

  async setTags(name: string, tags: readonly string[]): Promise<void> {
    await this.#one('UPDATE insightface.people SET tags = $3 WHERE gallery = $1 AND name = $2', [name, tags]);
  }

  async search(probes: readonly Float32Array[], options: CheckedSearch): Promise<Match[][]> {
    const found: Match[][] = [];
    for (let start = 0; start < probes.length; start += probesAtOnce) {
      const some = probes.slice(start, start + probesAtOnce);
      const rows = await this.#searchSome(some, options);
      found.push(...some.map((_, probe) => rows.filter(row => row.probe === probe).map(toMatch)));
    }
    return found;
  }

  add(people: readonly Person[]): Promise<Counts> {
    return this.#database.transaction(connection => addPeople(connection, this.#number, people));
  }

  async finishImport(): Promise<void> {
    if (this.#model) await ensureIndex(this.#database, this.#indexPlace);
    this.#index.askedAt = Number.NEGATIVE_INFINITY;
  }

  /** Gives the space of removed rows back, tells the planner the sizes, and makes the index if it is missing. */
  async compact(): Promise<void> {
    await this.#database.maintenance(async connection => {
      await connection.query('VACUUM (ANALYZE) insightface.people');
      if (this.#model) await connection.query(`VACUUM (ANALYZE) ${partitionName(this.#number)}`);
    });
    await this.finishImport();
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async #searchSome(probes: readonly Float32Array[], options: CheckedSearch) {
    const dimension = this.#model?.dimension ?? 0;
    const place = { gallery: this.#number, dimension };
    // Named people are looked at one by one, however large the gallery is.
    const byIndex = !options.people && options.limit <= mostPeopleByIndex;
    if (byIndex && (await this.#hasIndex())) {
      const rows = await this.#database.transaction(connection =>
        searchIndex(connection, place, probes, options),
      );
      if (rows) return rows;
    }
    return searchEvery(this.#database, place, probes, options);
  }

  async #hasIndex(): Promise<boolean> {
    const now = performance.now();
    if (now - this.#index.askedAt >= indexKnownForMs)
      this.#index = { there: await hasIndex(this.#database, this.#indexPlace), askedAt: now };
    return this.#index.there;
  }

  get #indexPlace(): IndexPlace {
    return { gallery: this.#number, dimension: this.#model?.dimension ?? 0, fewest: this.#exactBelow };
  }

  /** Changes one person's row. */
  async #one(sql: string, [name, ...values]: readonly [string, ...unknown[]]): Promise<void> {
    const changed = await this.#database.query(`${sql} RETURNING number`, [this.#number, name, ...values]);
    if (changed.length === 0) throw nobodyCalled(name);
  }

  async #withTemplates(people: readonly PersonRow[]): Promise<Person[]> {
    const templates = await this.#database.query<TemplateRow>(
      `SELECT ${templateColumns} FROM insightface.templates t
       WHERE gallery = $1 AND person = ANY($2::bigint[]) ORDER BY created_at, number`,
      [this.#number, people.map(({ number }) => number)],
    );
    const byPerson = new Map(people.map(({ number }): [string, TemplateRow[]] => [number, []]));
    for (const template of templates) byPerson.get(template.person)?.push(template);
    return people.map(person =>
      toPerson(person, byPerson.get(person.number) ?? [], this.#model?.fingerprint ?? ''),
    );
  }
}

function modelOf({ model_name: name, dimension, fingerprint }: GalleryRow): GalleryModel | undefined {
  if (name === null || dimension === null || fingerprint === null) return undefined;
  return { name, dimension, fingerprint };
}

/** No name holds NUL, and PostgreSQL takes none: it is left out of what is compared with names. */
function storableText(text: string): string {
  return text.replaceAll('\0', '\u0001');
}
