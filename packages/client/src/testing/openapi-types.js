// From an OpenAPI 3.1 document to the TypeScript of src/generated.ts: one entry for each operation, with the types of
// what goes in and of what comes back.
const methods = ['get', 'post', 'put', 'patch', 'delete'];
/** The whole file, for the operations whose path begins with `/v1/`. */
export function openApiTypes(document) {
  const entries = [];
  for (const [path, item] of Object.entries(document.paths ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!path.startsWith('/v1/')) continue;
    for (const method of methods) {
      const operation = item[method];
      if (operation) entries.push(operationEntry(`${method.toUpperCase()} ${path}`, operation));
    }
  }
  const all = Object.entries(document.components?.schemas ?? {}).map(([name, schema]) => ({
    name: typeName(name),
    type: typeOf(schema, ''),
  }));
  const used = ({ name }) =>
    [...entries, ...all.map(({ type }) => type)].some(text => new RegExp(`\\b${name}\\b(?!:)`).test(text));
  const shared = all.filter(used).map(({ name, type }) => `export type ${name} = ${type};\n`);
  return [
    '// Generated from the OpenAPI document of @insightface-ts/server: vitest run packages/client --update',
    '',
    ...shared,
    "/** What each operation of the server's own API takes and answers. */",
    'export interface Operations {',
    ...entries,
    '}',
    '',
  ].join('\n');
}
function operationEntry(name, operation) {
  const lines = [...group('path', 'path', operation), ...group('query', 'query', operation)];
  const { requestBody } = operation;
  if (requestBody?.content) {
    const mark = requestBody.required === false ? '?' : '';
    lines.push(`    body${mark}: ${bodyType(requestBody.content)};`);
  }
  lines.push(`    answer: ${answerType(operation.responses ?? {})};`);
  const summary = operation.summary ? [`  /** ${operation.summary} */`] : [];
  return [...summary, `  '${name}': {`, ...lines, '  };'].join('\n');
}
function group(name, where, { parameters = [] }) {
  const own = parameters.filter(parameter => parameter.in === where);
  if (own.length === 0) return [];
  const needed = own.some(parameter => parameter.required);
  const fields = own.map(
    parameter =>
      `      ${key(parameter.name)}${parameter.required ? '' : '?'}: ${typeOf(parameter.schema ?? {}, '      ')};`,
  );
  return [`    ${name}${needed ? '' : '?'}: {`, ...fields, '    };'];
}
/** A form is always a `FormData`; its fields are told in the manual. */
function bodyType(content) {
  const types = Object.entries(content).map(([type, { schema }]) =>
    type.includes('json')
      ? typeOf(schema ?? {}, '    ')
      : type.startsWith('multipart/')
        ? 'FormData'
        : 'Blob',
  );
  return [...new Set(types)].join(' | ') || 'unknown';
}
function answerType(responses) {
  const good = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  const types = good.map(([status, { content }]) => {
    if (status === '204' || !content) return 'undefined';
    return Object.entries(content)
      .map(([type, { schema }]) => (type.includes('json') ? typeOf(schema ?? {}, '    ') : 'Blob'))
      .join(' | ');
  });
  return [...new Set(types)].join(' | ') || 'unknown';
}
function typeOf(schema, indent) {
  if (schema.$ref) return typeName(schema.$ref.split('/').at(-1) ?? '');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map(value => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(choice => typeOf(choice, indent)))].join(' | ');
  if (schema.allOf) return schema.allOf.map(part => `(${typeOf(part, indent)})`).join(' & ');
  if (Array.isArray(schema.type))
    return schema.type.map(type => typeOf({ ...schema, type: type }, indent)).join(' | ');
  switch (schema.type) {
    case 'string':
      return schema.format === 'binary' || schema.contentEncoding === 'binary' ? 'Blob' : 'string';
    case 'number':
    case 'integer':
      return 'number';
    case 'boolean':
    case 'null':
      return schema.type;
    case 'array':
      return arrayType(schema, indent);
    case 'object':
      return objectType(schema, indent);
    default:
      return schema.properties ? objectType(schema, indent) : 'unknown';
  }
}
function arrayType({ items, prefixItems }, indent) {
  const tuple = prefixItems ?? (Array.isArray(items) ? items : undefined);
  if (tuple) return `[${tuple.map(item => typeOf(item, indent)).join(', ')}]`;
  const item = typeOf(items ?? {}, indent);
  return /[|&]/.test(item) && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
}
function objectType(schema, indent) {
  const { properties, required = [], additionalProperties, patternProperties } = schema;
  const others =
    typeof additionalProperties === 'object'
      ? additionalProperties
      : Object.values(patternProperties ?? {})[0];
  if (!properties) return `Record<string, ${others ? typeOf(others, indent) : 'unknown'}>`;
  const inner = `${indent}  `;
  const fields = Object.entries(properties).flatMap(([name, value]) => [
    ...(value.description ? [`${inner}/** ${value.description} */`] : []),
    `${inner}${key(name)}${required.includes(name) ? '' : '?'}: ${typeOf(value, inner)};`,
  ]);
  if (fields.length === 0) return 'Record<string, never>';
  return ['{', ...fields, `${indent}}`].join('\n');
}
function key(name) {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
}
function typeName(name) {
  return name.replace(/[^A-Za-z0-9]+(.)?/g, (_, next) => next?.toUpperCase() ?? '');
}
//# sourceMappingURL=openapi-types.js.map
