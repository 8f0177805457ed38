// Values that a request should not hold, and values that look like what a schema asks for.

/** The part of JSON Schema that decides what a sensible value looks like. */
export interface FuzzSchema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly FuzzSchema[];
  readonly items?: FuzzSchema;
  readonly properties?: Readonly<Record<string, FuzzSchema>>;
  readonly required?: readonly string[];
}

/** A whole number from 0 to below `count`. */
export type Draw = (count: number) => number;

export function pick<T>(draw: Draw, values: readonly T[]): T {
  return values[draw(values.length)] as T;
}

/** Text where a name, an id or a path belongs. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '../../../../etc/passwd',
  '..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e/%2e%2e/etc/passwd',
  '/etc/passwd',
  'file:///etc/passwd',
  'http://169.254.169.254/latest/meta-data/',
  'http://[::1]:1/',
  'C:\\Windows\\win.ini',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202e\u0430\u0301'.repeat(40),
  '__proto__',
  'constructor',
  "'; DROP TABLE people; --",
  '<script>alert(1)</script>',
  '{{7*7}}',
  '\r\nx-injected: 1',
  'NaN',
  '-1',
  '1e400',
  '99999999999999999999999999',
  'null',
  'true',
  '🧪'.repeat(200),
  'x'.repeat(600),
  '00000000-0000-4000-8000-000000000000',
];

const base64Texts = ['AAAA', '!!!!', 'data:image/png;base64,', 'data:text/html;base64,PGI+', '/9j/4AAQ'];

/** A value of any kind at all. */
export function hostileValue(draw: Draw): unknown {
  switch (draw(14)) {
    case 0:
      return null;
    case 1:
      return draw(2) === 0;
    case 2:
      return pick(draw, [0, -1, 1e308, -1e308, 2 ** 53, 1.5, -0, 1e-320, 4294967296]);
    case 3:
      return [];
    case 4:
      return {};
    case 5:
      return 'x'.repeat(10_000 + draw(50_000));
    case 6:
      return nested(20 + draw(2000));
    case 7:
      return Array.from({ length: draw(3000) }, (_, index) => index);
    case 8:
      return { path: pick(draw, hostileTexts) };
    case 9:
      return { url: pick(draw, hostileTexts) };
    case 10:
      return JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}') as unknown;
    case 11:
      return pick(draw, base64Texts);
    case 12:
      return [[pick(draw, hostileTexts)], [{ a: [1, 'b', null] }]];
    default:
      return pick(draw, hostileTexts);
  }
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** A value for a schema; some of its parts, about one in `oneIn`, are hostile. */
export function valueFor(schema: FuzzSchema, draw: Draw, oneIn: number): unknown {
  if (draw(oneIn) === 0) return hostileValue(draw);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return pick(draw, schema.enum);
  if (schema.anyOf) return valueFor(pick(draw, schema.anyOf), draw, oneIn);
  const type = Array.isArray(schema.type) ? pick(draw, schema.type as readonly string[]) : schema.type;
  switch (type) {
    case 'string':
      return pick(draw, ['Ada', 'default', 'search', '2026-01-01T00:00:00Z', 'AAAA', 'a,b']);
    case 'integer':
      return draw(100);
    case 'number':
      return draw(100) / 100;
    case 'boolean':
      return draw(2) === 0;
    case 'array':
      return Array.from({ length: 1 + draw(3) }, () => valueFor(schema.items ?? {}, draw, oneIn));
    case 'object':
      return objectFor(schema, draw, oneIn);
    default:
      return hostileValue(draw);
  }
}

function objectFor(schema: FuzzSchema, draw: Draw, oneIn: number): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const left = schema.required?.includes(name) ? draw(oneIn) === 0 : draw(2) === 0;
    if (!left) value[name] = valueFor(property, draw, oneIn);
  }
  if (draw(4) === 0) value[pick(draw, hostileTexts)] = hostileValue(draw);
  return value;
}
