// The part of Qdrant's REST protocol that the store uses, in memory: https://api.qdrant.tech/api-reference.
// Faithful in shapes, order, filters and update modes; not in speed or approximation. Not part of the published library.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Point {
  readonly id: string;
  readonly vector: Readonly<Record<string, readonly number[]>>;
  payload: Record<string, unknown>;
}

interface Filter {
  readonly must?: readonly { key: string; match: { value?: string; any?: readonly string[] } }[];
}

interface Collection {
  readonly dimension: number;
  readonly points: Map<string, Point>;
}

/** What a request may hold; each route reads its own part. */
interface Body {
  readonly vectors?: Record<string, { size: number }>;
  readonly points?: readonly (Point | string)[];
  readonly ids?: readonly string[];
  readonly update_mode?: string;
  readonly payload?: Record<string, unknown>;
  readonly filter?: Filter;
  readonly offset?: string;
  readonly limit?: number;
  readonly with_vector?: boolean;
  readonly key?: string;
  readonly query?: readonly number[];
  readonly group_by?: string;
  readonly group_size?: number;
  readonly using?: string;
  readonly score_threshold?: number;
}

class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export class QdrantFake {
  version = '1.18.0';
  /** Answered with this status instead, as a cluster in trouble does. */
  failure: number | undefined;
  apiKey: string | undefined;
  readonly #collections = new Map<string, Collection>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const answer = (status: number, body: unknown) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      };
      try {
        if (this.failure !== undefined) throw new Refused(this.failure, 'out of order');
        if (this.apiKey !== undefined && request.headers['api-key'] !== this.apiKey)
          throw new Refused(401, 'Invalid API key');
        const { pathname } = new URL(request.url ?? '', 'http://fake');
        if (pathname === '/') answer(200, { title: 'qdrant - vector search engine', version: this.version });
        else
          answer(200, {
            result: this.#answer(request.method ?? '', pathname, await readBody(request)),
            status: 'ok',
            time: 0,
          });
      } catch (error) {
        const status = error instanceof Refused ? error.status : 500;
        answer(status, { status: { error: String(error) }, time: 0 });
      }
    });
  }

  static async start(): Promise<QdrantFake> {
    const fake = new QdrantFake();
    await fake.listen(0);
    return fake;
  }

  listen(port: number): Promise<void> {
    return new Promise(resolve => this.#server.listen(port, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `qdrant://127.0.0.1:${this.port}`;
  }

  /** Number of points, to look behind the store's back. */
  size(collection: string): number {
    return this.#collections.get(collection)?.points.size ?? 0;
  }

  put(collection: string, point: Point): void {
    this.#require(collection).points.set(point.id, point);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  #require(name: string): Collection {
    const collection = this.#collections.get(name);
    if (!collection) throw new Refused(404, `Not found: Collection \`${name}\` doesn't exist!`);
    return collection;
  }

  #answer(method: string, path: string, body: Body): unknown {
    const [, , name = '', ...rest] = path.split('/').map(decodeURIComponent);
    const route = `${method} ${rest.join('/')}`;
    if (route === 'GET exists') return { exists: this.#collections.has(name) };
    if (route === 'PUT ') {
      if (this.#collections.has(name)) throw new Refused(409, `Collection \`${name}\` already exists!`);
      const dimension = body.vectors?.['embedding']?.size ?? 0;
      this.#collections.set(name, { dimension, points: new Map() });
      return true;
    }
    const collection = this.#require(name);
    const done = { operation_id: 1, status: 'completed' };
    switch (route) {
      case 'PUT index':
        return done;
      case 'PUT points':
        upsert(collection, body);
        return done;
      case 'POST points':
        return (body.ids ?? []).flatMap(id => shown(collection.points.get(id), body));
      case 'POST points/scroll':
        return scroll(collection, body);
      case 'POST points/count':
        return { count: matching(collection, body.filter).length };
      case 'POST points/payload':
        for (const point of chosen(collection, body)) point.payload = { ...point.payload, ...body.payload };
        return done;
      case 'POST points/delete':
        for (const { id } of chosen(collection, body)) collection.points.delete(id);
        return done;
      case 'POST points/query/groups':
        return groups(collection, body);
      case 'POST facet':
        return { hits: facet(collection, body) };
      default:
        throw new Refused(404, `no route ${route}`);
    }
  }
}

async function readBody(request: IncomingMessage): Promise<Body> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : (JSON.parse(text) as Body);
}

function upsert({ points, dimension }: Collection, body: Body): void {
  const given = (body.points ?? []).filter(point => typeof point !== 'string');
  for (const { id, vector } of given) {
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw new Refused(400, `${id} is no UUID`);
    for (const numbers of Object.values(vector))
      if (numbers.length !== dimension) throw new Refused(400, 'Vector dimension error');
  }
  for (const { id, vector, payload } of given) {
    if (body.update_mode === 'insert_only' && points.has(id)) continue;
    // Numbers are kept as 32-bit floats.
    const kept = Object.entries(vector).map(
      ([key, numbers]) => [key, [...Float32Array.from(numbers)]] as const,
    );
    points.set(id, { id, vector: Object.fromEntries(kept), payload });
  }
}

function holds({ payload }: Point, filter: Filter | undefined): boolean {
  return (filter?.must ?? []).every(({ key, match }) => {
    const value = payload[key];
    const values: unknown[] = Array.isArray(value) ? value : [value];
    const wanted: readonly unknown[] = match.any ?? [match.value];
    return values.some(each => wanted.includes(each));
  });
}

/** In the order of ids. */
function matching({ points }: Collection, filter: Filter | undefined): Point[] {
  return [...points.values()]
    .filter(point => holds(point, filter))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}

function chosen(collection: Collection, { points, filter }: Body): Point[] {
  if (!points) return matching(collection, filter);
  return points.flatMap(id => (typeof id === 'string' ? (collection.points.get(id) ?? []) : []));
}

function shown(point: Point | undefined, { with_vector }: Body) {
  if (!point) return [];
  const { id, payload, vector } = point;
  return [{ id, payload, ...(with_vector && { vector }) }];
}

function scroll(collection: Collection, body: Body) {
  const { offset = '', limit = 10, filter } = body;
  const rest = matching(collection, filter).filter(({ id }) => id >= offset);
  return {
    points: rest.slice(0, limit).flatMap(point => shown(point, body)),
    next_page_offset: rest[limit]?.id ?? null,
  };
}

function groups(collection: Collection, body: Body) {
  const { query = [], using = '', group_by = '', group_size = 3, limit = 10 } = body;
  const scored = matching(collection, body.filter).flatMap(({ id, vector, payload }) => {
    const numbers = vector[using];
    if (!numbers) return [];
    const score = numbers.reduce((sum, value, index) => sum + value * (query[index] ?? 0), 0);
    return score >= (body.score_threshold ?? Number.NEGATIVE_INFINITY) ? [{ id, payload, score }] : [];
  });
  const found = new Map<unknown, { id: string; score: number; version: number }[]>();
  for (const { id, payload, score } of scored.sort((one, other) => other.score - one.score)) {
    const key = payload[group_by];
    const group = found.get(key) ?? [];
    if (group.length < group_size) group.push({ id, score, version: 0 });
    found.set(key, group);
  }
  return { groups: [...found].slice(0, limit).map(([id, hits]) => ({ id, hits })) };
}

function facet(collection: Collection, { key = '', filter, limit = 10 }: Body) {
  const counts = new Map<unknown, number>();
  for (const { payload } of matching(collection, filter))
    counts.set(payload[key], (counts.get(payload[key]) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((one, other) => other.count - one.count)
    .slice(0, limit);
}
