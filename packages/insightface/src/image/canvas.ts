// Anti-aliased strokes, discs and rectangles on 8-bit pixels.
import { createImage, type Image } from './image.js';
import { glyph, glyphAdvance, glyphHeight } from './stroke-font.js';

/** Red, green, blue, each 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number];

/** Draws on a copy of an image. */
export class Canvas {
  readonly image: Image;

  constructor(image: Image) {
    this.image = createImage(image.width, image.height, new Uint8Array(image.data));
  }

  /** A line with round ends, `thickness` pixels wide. */
  line(x1: number, y1: number, x2: number, y2: number, thickness: number, color: Color): void {
    const dx = x2 - x1;
    const dy = y2 - y1;
    const lengthSquared = dx * dx + dy * dy;
    const reach = thickness / 2 + 1;
    this.#shade(
      Math.min(x1, x2) - reach,
      Math.min(y1, y2) - reach,
      Math.max(x1, x2) + reach,
      Math.max(y1, y2) + reach,
      color,
      (x, y) => {
        const along =
          lengthSquared === 0 ? 0 : Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / lengthSquared));
        return thickness / 2 + 0.5 - Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
      },
    );
  }

  disc(cx: number, cy: number, radius: number, color: Color): void {
    const reach = radius + 1;
    this.#shade(
      cx - reach,
      cy - reach,
      cx + reach,
      cy + reach,
      color,
      (x, y) => radius + 0.5 - Math.hypot(x - cx, y - cy),
    );
  }

  /** The outline of a rectangle. */
  rectangle(x1: number, y1: number, x2: number, y2: number, thickness: number, color: Color): void {
    this.line(x1, y1, x2, y1, thickness, color);
    this.line(x2, y1, x2, y2, thickness, color);
    this.line(x2, y2, x1, y2, thickness, color);
    this.line(x1, y2, x1, y1, thickness, color);
  }

  /** A filled rectangle, `opacity` from 0 to 1. */
  fill(x1: number, y1: number, x2: number, y2: number, color: Color, opacity = 1): void {
    this.#shade(x1, y1, x2, y2, color, () => opacity);
  }

  /** Text whose capitals are `height` pixels high, with its baseline's left end at (x, y). */
  text(text: string, x: number, y: number, height: number, color: Color): void {
    const unit = height / glyphHeight;
    let left = x;
    for (const character of drawable(text)) {
      for (const stroke of glyph(character))
        for (const [index, [px, py]] of stroke.entries()) {
          const [nx, ny] = stroke[index + 1] ?? [px, py];
          if (index > 0 && index === stroke.length - 1) continue;
          this.line(
            left + px * unit,
            y - py * unit,
            left + nx * unit,
            y - ny * unit,
            Math.max(1, height / 7),
            color,
          );
        }
      left += glyphAdvance * unit;
    }
  }

  /** Blends a colour in by `coverage`, which is cut to 0..1. */
  #shade(
    x1: number,
    y1: number,
    x2: number,
    y2: number,
    color: Color,
    coverage: (x: number, y: number) => number,
  ): void {
    const { width, height, data } = this.image;
    const right = Math.min(width - 1, Math.ceil(x2));
    const bottom = Math.min(height - 1, Math.ceil(y2));
    for (let y = Math.max(0, Math.floor(y1)); y <= bottom; y++)
      for (let x = Math.max(0, Math.floor(x1)); x <= right; x++) {
        const alpha = Math.min(1, coverage(x, y));
        if (alpha <= 0) continue;
        const at = (y * width + x) * 3;
        for (let channel = 0; channel < 3; channel++) {
          const old = data[at + channel] as number;
          data[at + channel] = Math.round(old + ((color[channel] as number) - old) * alpha);
        }
      }
  }
}

/** Width in pixels of a text whose capitals are `height` pixels high. */
export function textWidth(text: string, height: number): number {
  return Math.max(0, drawable(text).length * glyphAdvance - 1) * (height / glyphHeight);
}

/** Accents are taken off, because the font has plain Latin letters only. */
function drawable(text: string): string[] {
  return [...text.normalize('NFD').replace(/\p{M}/gu, '')];
}
