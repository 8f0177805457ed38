// Requests that no client should send, made from an OpenAPI document: the same for the same seed.
import { gzipSync } from 'node:zlib';
import { type Draw, type FuzzSchema, hostileTexts, hostileValue, pick, valueFor } from './fuzz-values.js';
import type { HostileFile } from './hostile-files.js';

export interface FuzzRequest {
  readonly method: string;
  /** Path with query, as it goes on the wire. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly query: readonly { readonly name: string; readonly schema: FuzzSchema }[];
  readonly body: FuzzSchema | undefined;
}

/** What of an OpenAPI document is read. */
export interface FuzzDocument {
  readonly paths?: Readonly<Record<string, unknown>>;
}

/** Names of fields that carry pictures on one route or another. */
const imageFields = ['image', 'images', 'file', 'source', 'target', 'source_image', 'target_image'];

/** Each good one loads all networks anew, for seconds. */
const slow = ['/v1/models/reload'];

/** Makes one request after another, on every operation of the document alike. */
export class FuzzRequests {
  readonly #operations: readonly Operation[];
  readonly #draw: Draw;
  readonly #images: readonly HostileFile[];

  constructor(document: FuzzDocument, images: readonly HostileFile[], random: () => number) {
    this.#operations = operationsOf(document);
    this.#draw = count => Math.floor(random() * count);
    this.#images = images;
  }

  next(): FuzzRequest {
    const draw = this.#draw;
    const operation = pick(draw, this.#operations);
    const path = this.#path(operation);
    // A few go to the route by a method it does not have.
    const method =
      draw(20) === 0 ? pick(draw, ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']) : operation.method;
    if (operation.body === undefined && draw(5) > 0)
      return { method, path, headers: {}, body: new Uint8Array() };
    const { headers, body } = this.#body(operation.body ?? {});
    return { method, path, headers, body };
  }

  #path({ path, query }: Operation): string {
    const draw = this.#draw;
    const filled = path.replace(/\{\w+\}|:\w+/g, () => {
      const text = pick(draw, hostileTexts);
      // Raw bytes that are no UTF-8 when decoded, or the text as it may be sent.
      return draw(12) === 0 ? pick(draw, ['%ff%fe', '%c0%af', '%', '%zz', '%00']) : encode(text) || '-';
    });
    const parts: string[] = [];
    for (const { name, schema } of query) {
      if (draw(2) === 0) continue;
      const value = valueFor(schema, draw, 3);
      parts.push(
        `${name}=${encode(String(typeof value === 'object' ? JSON.stringify(value) : value)).slice(0, 2000)}`,
      );
      if (draw(10) === 0)
        parts.push(`${name}=${encode(pick(draw, hostileTexts))}`, `${name}[]=1`, `${name}[a]=%ff`);
    }
    return parts.length > 0 ? `${filled}?${parts.join('&')}` : filled;
  }

  #body(schema: FuzzSchema): Pick<FuzzRequest, 'headers' | 'body'> {
    switch (this.#draw(10)) {
      case 0:
      case 1:
      case 2:
        return json(JSON.stringify(valueFor(schema, this.#draw, 5)));
      case 3:
        return this.#brokenJson(schema);
      case 4:
        return this.#compressed(schema);
      case 5:
        return this.#odd();
      case 6:
        return this.#imageAsJson();
      default:
        return this.#multipart(schema);
    }
  }

  #brokenJson(schema: FuzzSchema): Pick<FuzzRequest, 'headers' | 'body'> {
    const draw = this.#draw;
    const text = JSON.stringify(valueFor(schema, draw, 8)) ?? 'null';
    const broken = pick(draw, [
      () => text.slice(0, draw(text.length + 1)),
      () => `${text}${text}`,
      () => text.replace('{', '{"name":"a","name":"b","image":"AAAA","image":"BBBB",'),
      () => '['.repeat(100_000),
      () => `{"a":${'{"a":'.repeat(50_000)}`,
      () => '{"name":"\\ud800\\u0000","limit":1e999,"threshold":-1e999}',
      () => text.replaceAll('"', "'"),
      () => '',
    ])();
    const body = Buffer.from(broken);
    // Bytes that are no UTF-8 in the middle of it.
    if (draw(3) === 0 && body.length > 4) body.set([0xff, 0xc0, 0x80], draw(body.length - 3));
    return { headers: { 'content-type': 'application/json' }, body };
  }

  #compressed(schema: FuzzSchema): Pick<FuzzRequest, 'headers' | 'body'> {
    const draw = this.#draw;
    const encoding = pick(draw, ['gzip', 'deflate', 'br', 'identity', 'x-gzip', 'gzip, gzip']);
    const body = pick(draw, [
      () => gzipSync(Buffer.alloc(20_000_000)),
      () => gzipSync(JSON.stringify(valueFor(schema, draw, 8)) ?? ''),
      () => Buffer.from('not compressed at all'),
    ])();
    return { headers: { 'content-type': 'application/json', 'content-encoding': encoding }, body };
  }

  #odd(): Pick<FuzzRequest, 'headers' | 'body'> {
    const draw = this.#draw;
    const type = pick(draw, [
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'application/msgpack',
      'application/octet-stream',
      'image/jpeg',
      'multipart/form-data',
      'multipart/form-data; boundary=',
      'multipart/mixed; boundary=x',
      'application/json; charset=utf-7',
      'x/y; ='.repeat(20),
      '',
    ]);
    const body = pick(draw, [
      () => Buffer.from(`name=${encode(pick(draw, hostileTexts))}&limit=1`),
      () => Buffer.from(Array.from({ length: draw(4000) }, () => draw(256))),
      // msgpack: an array of four billion elements, and maps in maps.
      () => Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff]),
      () => Buffer.alloc(20_000, 0x81),
      () => Buffer.from(this.#image().bytes),
    ])();
    return { headers: type === '' ? {} : { 'content-type': type }, body };
  }

  #imageAsJson(): Pick<FuzzRequest, 'headers' | 'body'> {
    const draw = this.#draw;
    const text = Buffer.from(this.#image().bytes).toString('base64');
    const one = draw(4) === 0 ? `data:image/jpeg;base64,${text}` : text;
    const value = pick(draw, [
      { [pick(draw, imageFields)]: one },
      { image: one, maxFaces: hostileValue(draw), detThresh: hostileValue(draw) },
      { source: one, target: one },
      { source_image: one, target_image: one },
      { images: { data: [one, hostileValue(draw)] }, embed_only: draw(2) === 0 },
      { images: Array.from({ length: draw(60) }, () => one.slice(0, 2000)) },
    ]);
    return json(JSON.stringify(value));
  }

  #multipart(schema: FuzzSchema): Pick<FuzzRequest, 'headers' | 'body'> {
    const draw = this.#draw;
    const boundary = pick(draw, ['x', '----WebKitFormBoundaryABC', 'a'.repeat(70), '"quoted"']);
    const chunks: Uint8Array[] = [];
    const names = [
      ...Object.keys(schema.properties ?? {}),
      ...imageFields,
      pick(draw, hostileTexts).slice(0, 40),
    ];
    for (let part = 1 + draw(draw(12) === 0 ? 300 : 4); part > 0; part--) {
      const name = pick(draw, names).replace(/[\r\n"]/g, '');
      const file = draw(3) > 0;
      const filename = pick(draw, ['a.jpg', '../../../../etc/cron.d/x', 'x'.repeat(3000), '', '\u0000.png']);
      const type = pick(draw, [
        'image/jpeg',
        'image/svg+xml',
        'text/html',
        'application/json',
        'multipart/mixed; boundary=y',
      ]);
      const head = file
        ? `content-disposition: form-data; name="${name}"; filename="${filename}"\r\ncontent-type: ${type}\r\n`
        : `content-disposition: form-data; name="${name}"\r\n`;
      chunks.push(Buffer.from(`--${boundary}\r\n${draw(15) === 0 ? '' : head}\r\n`));
      chunks.push(
        file ? this.#image().bytes : Buffer.from(String(JSON.stringify(hostileValue(draw))).slice(0, 5000)),
      );
      chunks.push(Buffer.from('\r\n'));
    }
    if (draw(4) > 0) chunks.push(Buffer.from(`--${boundary}--\r\n`));
    let body = Buffer.concat(chunks);
    if (draw(8) === 0) body = body.subarray(0, draw(body.length));
    const told = draw(15) === 0 ? 'another' : boundary;
    return { headers: { 'content-type': `multipart/form-data; boundary=${told}` }, body };
  }

  #image(): HostileFile {
    return pick(this.#draw, this.#images);
  }
}

function json(text: string | undefined): Pick<FuzzRequest, 'headers' | 'body'> {
  return { headers: { 'content-type': 'application/json' }, body: Buffer.from(text ?? 'null') };
}

/** Half a surrogate pair cannot be written in a URL; it becomes the replacement character. */
function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}

function operationsOf(document: FuzzDocument): Operation[] {
  const operations: Operation[] = [];
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    if (slow.includes(path)) continue;
    for (const [method, operation] of Object.entries(item as Record<string, OpenApiOperation>)) {
      const schema = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
      const query = (operation.parameters ?? []).filter(parameter => parameter.in === 'query');
      operations.push({
        method: method.toUpperCase(),
        path,
        query: query.map(({ name, schema: own = {} }) => ({ name, schema: own })),
        body: operation.requestBody ? (schema ?? {}) : undefined,
      });
    }
  }
  return operations;
}

interface OpenApiOperation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema?: FuzzSchema;
  }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: FuzzSchema }>> };
}
