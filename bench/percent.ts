/** A share as percent with two decimals, without the sign. */
export function percent(share: number): string {
  return (share * 100).toFixed(2);
}
