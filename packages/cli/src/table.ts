import { visible } from './terminal.js';

/** Plain text columns: the first row is the head; numbers are right-aligned. A cell is one line, whatever is in it. */
export function formatTable(cells: readonly (readonly string[])[]): string {
  const rows = cells.map(row => row.map(visible));
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
  const numeric = widths.map((_, column) =>
    rows.slice(1).every(row => /^([-+]?[\d.,]+( ?%)?|-|)$/.test(row[column] ?? '')),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const padding = ' '.repeat((widths[column] ?? 0) - displayWidth(cell));
        return numeric[column] ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd();
  const [head, ...body] = rows.map(line);
  return [head, widths.map(width => '-'.repeat(width)).join('  '), ...body].join('\n');
}

/** Columns a terminal uses: East Asian characters take two. */
function displayWidth(text: string): number {
  let width = 0;
  for (const character of text)
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u.test(
      character,
    )
      ? 2
      : 1;
  return width;
}
