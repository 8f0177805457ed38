// A small plot: two scales, a frame with ticks, and lines. Plain SVG that takes its colours from the page.
import { percent, rate } from './format.js';
import { type HtmlValue, html, type Markup } from './html.js';

const WIDTH = 460;
const HEIGHT = 290;
const MARGIN = { left: 68, right: 22, top: 14, bottom: 42 };

/** Where the curves lie, in units of the drawing. */
export const FIELD = {
  left: MARGIN.left,
  right: WIDTH - MARGIN.right,
  top: MARGIN.top,
  bottom: HEIGHT - MARGIN.bottom,
};

/** A point of a curve, in values. */
export type PlotPoint = readonly [x: number, y: number];

/** Values to places, and the values that are written at the axis. */
export interface Scale {
  place(value: number): number;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

/** Even steps from `from` to `to`; `label` writes a value. */
export function linearScale(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
  label: (value: number) => string,
): Scale {
  const step = niceStep((to - from) / 5);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  const values = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return {
    place: value => start + ((value - from) / (to - from)) * (end - start),
    ticks: values.map(value => ({ value, label: label(value) })),
  };
}

/** An upright axis of shares up to 1, which begins not far below the lowest of them. */
export function shareScale(lowest: number): Scale {
  const room = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find(span => 1 - lowest <= span * 0.9) ?? 1;
  return linearScale([1 - room, 1], [FIELD.bottom, FIELD.top], value => percent(value, room < 0.05 ? 1 : 0));
}

/** Powers of ten from `10^from` to `10^to`; values outside are drawn at the edge. */
export function logScale(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
): Scale {
  return {
    place: value => {
      const exponent = Math.min(to, Math.max(from, Math.log10(Math.max(value, 1e-300))));
      return start + ((exponent - from) / (to - from)) * (end - start);
    },
    ticks: Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i)).map(value => ({
      value,
      label: rate(value),
    })),
  };
}

/** A figure: the drawing in its frame, with a title above and a sentence below. */
export function plot(options: {
  readonly title: string;
  readonly caption: string;
  readonly x: Scale;
  readonly y: Scale;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly marks: HtmlValue;
}): Markup {
  const { title, caption, x, y, xLabel, yLabel, marks } = options;
  const { left, right, top, bottom } = FIELD;
  return html`<figure>
<figcaption><strong>${title}</strong> ${caption}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
<g class="grid">${y.ticks.map(tick => html`<path d="M${left} ${place(y, tick.value)}H${right}"/>`)}</g>
<g class="ticks">${y.ticks.map(
    tick =>
      html`<text x="${left - 8}" y="${place(y, tick.value)}" dy="0.35em" text-anchor="end">${tick.label}</text>`,
  )}${x.ticks.map(
    tick =>
      html`<text x="${place(x, tick.value)}" y="${bottom + 17}" text-anchor="middle">${tick.label}</text>`,
  )}</g>
<path class="axis" d="M${left} ${bottom}H${right}"/>
<text class="label" x="${(left + right) / 2}" y="${HEIGHT - 5}" text-anchor="middle">${xLabel}</text>
<text class="label" transform="translate(12 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${yLabel}</text>
${marks}
</svg>
</figure>`;
}

/**
 * A line through points of rising x. Points closer than the eye can tell are left out.
 * @param name class that gives the colour.
 */
export function curve(name: string, x: Scale, y: Scale, points: readonly PlotPoint[]): Markup {
  return html`<path class="curve ${name}" d="${path(x, y, points)}"/>`;
}

/** The same, filled down to the axis. */
export function area(name: string, x: Scale, y: Scale, points: readonly PlotPoint[]): Markup {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return html``;
  const down = `V${FIELD.bottom}H${place(x, first[0])}Z`;
  return html`<path class="area ${name}" d="${path(x, y, points)}${down}"/>${curve(name, x, y, points)}`;
}

/** An upright line with a word beside it. */
export function marker(x: Scale, value: number, text: string): Markup {
  const at = place(x, value);
  const flip = Number(at) > FIELD.right - 90;
  return html`<path class="marker" d="M${at} ${FIELD.top}V${FIELD.bottom}"/>
<text class="note" x="${Number(at) + (flip ? -5 : 5)}" y="${FIELD.top + 9}" text-anchor="${flip ? 'end' : 'start'}">${text}</text>`;
}

/** Text in the drawing. */
export function note(name: string, x: number, y: number, text: string, anchor = 'start'): Markup {
  return html`<text class="note ${name}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${text}</text>`;
}

/** A place on an axis, in tenths of a unit. */
export function place(scale: Scale, value: number): string {
  return scale.place(value).toFixed(1);
}

function path(x: Scale, y: Scale, points: readonly PlotPoint[]): string {
  let text = '';
  let drawn = [Number.NaN, Number.NaN];
  for (const [i, point] of points.entries()) {
    const [px, py] = [x.place(point[0]), y.place(point[1])];
    const near = Math.abs(px - drawn[0]!) < 0.4 && Math.abs(py - drawn[1]!) < 0.4;
    if (near && i < points.length - 1) continue;
    text += `${i === 0 ? 'M' : 'L'}${px.toFixed(1)} ${py.toFixed(1)}`;
    drawn = [px, py];
  }
  return text;
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find(factor => factor * power >= rough * (1 - 1e-9)) ?? 10);
}
