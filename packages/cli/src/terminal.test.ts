import { expect, it } from 'vitest';
import { formatTable } from './table.js';
import { visible, visibleLines } from './terminal.js';

const hostile = 'a\u001b[31m\u009b2J\u0007\u202egpj\nb';

it('leaves nothing that a terminal would obey', () => {
  expect(visible(hostile)).toBe('a\\u001b[31m\\u009b2J\\u0007\\u202egpj\\u000ab');
  expect(visible('张伟 😀 اسم é')).toBe('张伟 😀 اسم é');
});

it('keeps JSON the same value', () => {
  const text = visibleLines(JSON.stringify({ name: hostile }));
  expect(text).not.toMatch(/[\p{Cc}\u202e]/u);
  expect(JSON.parse(text)).toEqual({ name: hostile });
});

it('keeps a cell of a table in its row', () => {
  expect(formatTable([['name'], [hostile], ['x']]).split('\n')).toHaveLength(4);
});
