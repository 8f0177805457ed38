// The frame of every report: one HTML file with its style inside, no script, nothing fetched from elsewhere.
import { type HtmlValue, html, type Markup } from './html.js';

/** What every report is told beside its figures. */
export interface ReportOptions {
  /** Such as `LFW, View 2`. */
  readonly title: string;
  /** What was run and how, in pairs such as `['Pack', 'open']`. */
  readonly settings?: readonly (readonly [name: string, value: string])[];
  /**
   * Address of an image for the page to show, relative to the report or absolute. Without it, or where it answers
   * undefined, errors are shown by name alone. Pictures are never copied into the report.
   */
  readonly picture?: (image: string) => string | undefined;
}

/** A large figure at the head of the page. */
export interface Tile {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
}

/** The whole page. */
export function page(options: ReportOptions, tiles: readonly Tile[], sections: readonly HtmlValue[]): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${options.title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${options.title}</h1>
<dl class="settings">${(options.settings ?? []).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
</header>
<section class="tiles">${tiles.map(
    tile =>
      html`<div class="tile"><span>${tile.label}</span><b>${tile.value}</b><small>${tile.note}</small></div>`,
  )}</section>
${sections}
</main>
</body>
</html>
`.text;
}

/** A part of the page with a heading and a sentence under it. */
export function section(title: string, lead: string, content: HtmlValue): Markup {
  return html`<section>
<h2>${title}</h2>
<p>${lead}</p>
${content}
</section>`;
}

/** A table; the first cell of a row is its head, the others are figures. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): Markup {
  return html`<div class="scroll"><table>
<thead><tr>${head.map(cell => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([first, ...cells]) =>
      html`<tr><th scope="row">${first}</th>${cells.map(cell => html`<td>${cell}</td>`)}</tr>\n`,
  )}</tbody>
</table></div>`;
}

/** Errors as cards: the pictures side by side, and a line of text. */
export function errorCards(
  cards: readonly {
    readonly images: readonly string[];
    readonly text: string;
    readonly details: readonly string[];
  }[],
  picture: ReportOptions['picture'],
): Markup {
  return html`<ul class="cards">${cards.map(
    card => html`<li>
<div class="pictures">${card.images.map(image => {
      const address = picture?.(image);
      return address === undefined
        ? html`<span class="no-picture">${image}</span>`
        : html`<a href="${address}"><img src="${address}" alt="${image}" title="${image}" loading="lazy"></a>`;
    })}</div>
<b>${card.text}</b>${card.details.map(detail => html`<small>${detail}</small>`)}
</li>`,
  )}</ul>`;
}

const STYLE = html`
:root {
  color-scheme: light dark;
  --page: #fbfbfa; --card: #ffffff; --ink: #1d1f23; --quiet: #6a6f78; --line: #e4e5e8; --edge: #b9bdc4;
  --same: #1f6fd0; --other: #d9480f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15171a; --card: #1d2024; --ink: #e8e9eb; --quiet: #9aa0a9; --line: #2e3238; --edge: #555b64;
    --same: #6aaef7; --other: #ff9057;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 40px 24px 72px; }
h1 { margin: 0 0 14px; font-size: 28px; line-height: 1.2; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin: 0 0 2px; font-size: 18px; }
section > p { margin: 0 0 16px; color: var(--quiet); max-width: 74ch; }
section { margin-top: 40px; }
.settings { display: flex; flex-wrap: wrap; gap: 4px 26px; margin: 0; }
.settings div { display: flex; gap: 7px; }
.settings dt { color: var(--quiet); }
.settings dd { margin: 0; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(175px, 1fr)); gap: 12px; margin-top: 28px; }
.tile { padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.tile span, .tile small { display: block; color: var(--quiet); font-size: 13px; }
.tile b { display: block; font-size: 25px; font-weight: 600; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)); gap: 12px; }
figure { margin: 0; padding: 16px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
figcaption { margin-bottom: 10px; font-size: 13px; color: var(--quiet); min-height: 60px; }
figcaption strong { display: block; font-size: 15px; color: var(--ink); }
svg { display: block; width: 100%; height: auto; font: 11.5px system-ui, sans-serif; fill: var(--ink); }
.grid path { stroke: var(--line); fill: none; }
.axis { stroke: var(--edge); fill: none; }
.ticks, .label { fill: var(--quiet); font-variant-numeric: tabular-nums; }
.curve { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
.area { fill: currentColor; fill-opacity: 0.16; stroke: none; }
.band { fill: currentColor; fill-opacity: 0.12; }
.dot { fill: currentColor; stroke: var(--card); stroke-width: 1.5; }
.same { color: var(--same); } .other { color: var(--other); }
.marker { stroke: var(--quiet); stroke-dasharray: 3 3; fill: none; }
.note { font-weight: 600; fill: currentColor; paint-order: stroke; stroke: var(--card); stroke-width: 3px; stroke-linejoin: round; }
.scroll { overflow-x: auto; }
.scroll + .scroll { margin-top: 24px; }
table { min-width: min(100%, 480px); border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 7px 0 7px 36px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child { text-align: left; font-weight: 500; padding-left: 0; min-width: 6ch; overflow-wrap: anywhere; white-space: normal; }
thead th { color: var(--quiet); font-weight: 500; font-size: 13px; border-color: var(--edge); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(225px, 1fr)); gap: 12px; margin: 0; padding: 0; list-style: none; }
.cards li { padding: 10px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.cards small { display: block; color: var(--quiet); overflow-wrap: anywhere; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(80px, 1fr)); gap: 6px; margin-bottom: 8px; }
.pictures img { display: block; width: 100%; aspect-ratio: 1; object-fit: cover; border-radius: 6px; background: var(--line); }
.no-picture { display: grid; place-items: center; min-height: 56px; padding: 6px; font-size: 12px; color: var(--quiet); background: var(--page); border-radius: 6px; overflow-wrap: anywhere; text-align: center; }
.strip { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(104px, 14%), 1fr)); gap: 6px; }
.strip img { display: block; width: 100%; border-radius: 6px; }
.sticky { position: sticky; top: 0; z-index: 1; margin-top: 20px; padding: 12px 0; background: var(--page); border-bottom: 1px solid var(--line); }
.sticky h2 { margin-bottom: 8px; }
@media (max-width: 560px) {
  main { padding: 24px 16px 56px; }
  .tiles { grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); }
  .cards { grid-template-columns: repeat(auto-fill, minmax(145px, 1fr)); gap: 8px; }
  .pictures { grid-template-columns: repeat(auto-fit, minmax(56px, 1fr)); }
}
@media print { .sticky { position: static; } main { padding: 0; } figure, .tile, .cards li { break-inside: avoid; } }
`;
