// What reports of other packages are made of: the page, its tables, and plots.
export { count, percent, percentWithStd, rate } from './format.js';
export { type HtmlValue, html, Markup } from './html.js';
export { errorCards, page, section, type Tile, table } from './page.js';
export {
  curve,
  FIELD,
  linearScale,
  logScale,
  marker,
  note,
  type PlotPoint,
  place,
  plot,
  type Scale,
} from './plot.js';
