// Typed operator functions from ATen's schemas.

interface Argument {
  readonly type: string;
  readonly name: string;
  readonly hasDefault: boolean;
}

// Where numbers count as tensors, as in PyTorch.
const NUMBERS_WELCOME = new Set(['other', 'exponent']);

/**
 * The text of generated.ts.
 * @param operators lines of operators.ts.
 * @param schemaOf the schema's text by ATen's name.
 */
export function generate(operators: readonly string[], schemaOf: (name: string) => string): string {
  const parts = operators.map(line => {
    const [name = '', given] = line.split(' ');
    return one(name, given ?? camelCase(name.replace(/\..*/, '')), schemaOf(name));
  });
  return `// Made from libtorch's schemas: change operators.ts instead, and run npm run generate:ops.
import { native } from '../native.js';
import type { DType, MemoryFormat, Tensor } from '../tensor.js';
import { many, Operator, one, type Scalar } from './call.js';

${parts.join('\n')}`;
}

function one(aten: string, name: string, schema: string): string {
  const { args, results, self } = parse(schema);
  const names = args.map(argument => camelCase(argument.name));
  // An argument can be left out only if all after it can.
  const lastNeeded = args.reduce((last, argument, index) => (argument.hasDefault ? last : index), -1);
  const parameters = args.map((argument, index) => {
    const type = typeOf(argument.type, index > 0 && NUMBERS_WELCOME.has(argument.name));
    if (index > lastNeeded) return `${names[index]}?: ${type}`;
    return `${names[index]}: ${type}${argument.hasDefault ? ' | undefined' : ''}`;
  });
  const constant = `${name}Operator`;
  const invoke = `native().call(${[`${constant}.index`, ...names].join(', ')})`;
  const head = `const ${constant} = new Operator('${aten}');
/** \`${schema.replace(/^aten::/, '')}\` */
export function ${name}(${parameters.join(', ')})`;
  if (self >= 0) return `${head}: Tensor {\n  ${invoke};\n  return ${names[self]!};\n}\n`;
  if (results.length === 0) return `${head}: void {\n  ${invoke};\n}\n`;
  if (results.length === 1) {
    return `${head}: ${resultType(results[0]!)} {\n  return ${wrapped(results[0]!, invoke)};\n}\n`;
  }
  const values = results.map((result, index) => wrapped(result, `results[${index}]`));
  return `${head}: [${results.map(resultType).join(', ')}] {
  const results = ${invoke} as unknown[];
  return [${values.join(', ')}];\n}\n`;
}

function parse(schema: string): { args: Argument[]; results: string[]; self: number } {
  const open = schema.indexOf('(');
  const arrow = schema.lastIndexOf(') -> ');
  const args = splitTop(schema.slice(open + 1, arrow)).filter(text => text !== '*');
  const tail = schema.slice(arrow + 5);
  const results = splitTop(tail.startsWith('(') ? tail.slice(1, -1) : tail);
  const written = /\(([a-z])!\)/.exec(results[0] ?? '')?.[1];
  const self = results.length === 1 && written ? args.findIndex(text => text.includes(`(${written}!)`)) : -1;
  return {
    args: args.map(text => {
      const [declaration = '', ...defaults] = text.split('=');
      const cut = declaration.lastIndexOf(' ');
      return {
        type: plain(declaration.slice(0, cut)),
        name: declaration.slice(cut + 1),
        hasDefault: defaults.length > 0,
      };
    }),
    results: results.map(text => plain(text.replace(/ \w+$/, ''))),
    self,
  };
}

/** At commas outside of brackets. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    const character = text[i];
    if (character === '(' || character === '[') depth++;
    else if (character === ')' || character === ']') depth--;
    else if ((character === ',' && depth === 0) || character === undefined) {
      const part = text.slice(start, i).trim();
      if (part !== '') parts.push(part);
      start = i + 1;
    }
  }
  return parts;
}

/** Without aliasing. */
function plain(type: string): string {
  return type.replace(/\([^)]*\)/g, '').trim();
}

function typeOf(type: string, numberWelcome: boolean): string {
  if (type.endsWith('?')) return `${typeOf(type.slice(0, -1), numberWelcome)} | null`;
  const list = /^(.*)\[(\d*)\]$/.exec(type);
  if (list) {
    const element = typeOf(list[1]!, false);
    const array = element.includes(' ') ? `readonly (${element})[]` : `readonly ${element}[]`;
    return list[2] ? `${array} | ${element}` : array;
  }
  switch (type) {
    case 'Tensor':
      return numberWelcome ? 'Tensor | Scalar' : 'Tensor';
    case 'Scalar':
      return 'Scalar';
    case 'ScalarType':
      return 'DType';
    case 'MemoryFormat':
      return 'MemoryFormat';
    case 'int':
    case 'SymInt':
    case 'float':
      return 'number';
    case 'bool':
      return 'boolean';
    default:
      return 'string';
  }
}

function resultType(type: string): string {
  if (type === 'Tensor') return 'Tensor';
  if (type === 'Tensor[]') return 'Tensor[]';
  return type === 'bool' ? 'boolean' : 'number';
}

function wrapped(type: string, value: string): string {
  if (type === 'Tensor') return `one(${value})`;
  if (type === 'Tensor[]') return `many(${value})`;
  return `${value} as ${resultType(type)}`;
}

function camelCase(name: string): string {
  return name.replace(/^_+/, '').replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
