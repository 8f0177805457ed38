// Figures as a person reads them.
import type { Estimate, MeanAndStd } from '../statistics.js';

/** 0.98834 is `98.83 %`. */
export function percent(share: number, digits = 2): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(digits)} %` : '–';
}

/** `99.40 % ± 0.37` */
export function percentWithStd({ mean, std }: MeanAndStd): string {
  return `${percent(mean)} ± ${(std * 100).toFixed(2)}`;
}

/** `98.37 – 99.16 %` */
export function percentInterval({ low, high }: Pick<Estimate, 'low' | 'high'>): string {
  return `${(low * 100).toFixed(2)} – ${percent(high)}`;
}

/** Thousands in groups: `6,000`. */
export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

/** A rate as a power of ten where it is one: 0.001 is `10⁻³`. */
export function rate(value: number): string {
  const exponent = Math.round(Math.log10(value));
  if (Math.abs(value / 10 ** exponent - 1) > 1e-9) return String(value);
  if (exponent === 0) return '1';
  const digits = String(Math.abs(exponent)).replace(/\d/g, digit => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]!);
  return `10${exponent < 0 ? '⁻' : ''}${digits}`;
}
