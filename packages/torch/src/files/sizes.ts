// What files may claim of a tensor's sizes.

/** No tensor has more axes. */
const mostAxes = 64;

/** A whole number from 0 that is exact. */
export function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** A shape, strides or offsets. */
export function areSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= mostAxes && value.every(isSize);
}
