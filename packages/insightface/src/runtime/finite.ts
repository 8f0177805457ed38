/** Whether no value is NaN or infinite: a difference with itself is 0 for finite numbers alone. */
export function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]! - values[index]!;
  return sum === 0;
}
