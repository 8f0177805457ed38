// HTML and SVG as text, with every value escaped unless it is markup of ours already.

/** A piece of HTML that needs no escaping. Only {@link html} makes one. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: text and numbers are escaped, markup stands as it is, nothing leaves nothing. */
export type HtmlValue = Markup | string | number | undefined | null | false | readonly HtmlValue[];

/**
 * Template tag.
 * @example
 * html`<td>${'<Ada & Bob>'}</td>`.text; // '<td>&lt;Ada &amp; Bob&gt;</td>'
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Markup {
  let text = parts[0]!;
  for (const [i, value] of values.entries()) text += render(value) + parts[i + 1]!;
  return new Markup(text);
}

function render(value: HtmlValue): string {
  if (value === undefined || value === null || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(render).join('');
  return escapeHtml(String(value));
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
