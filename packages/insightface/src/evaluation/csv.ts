// One line of a CSV file: commas, semicolons or tabs between fields; a field in double quotes may hold them ("" is a quote).

/** The trimmed fields of a line. */
export function splitFields(line: string): string[] {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const letter = line[i]!;
    if (letter === '"' && quoted && line[i + 1] === '"') {
      field += '"';
      i++;
    } else if (letter === '"' && (quoted || field.trim() === '')) quoted = !quoted;
    else if (!quoted && (letter === ',' || letter === ';' || letter === '\t')) {
      fields.push(field.trim());
      field = '';
    } else field += letter;
  }
  fields.push(field.trim());
  return fields;
}
