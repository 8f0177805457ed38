import { expect, test } from 'vitest';
import { schema } from './call.js';
import { generate } from './generate.js';
import { OPERATORS } from './operators.js';

// Also the way to write the file: npm run generate:ops
test('the typed functions are those of the libtorch in use', async () => {
  await expect(generate(OPERATORS, schema)).toMatchFileSnapshot('./generated.ts');
});
