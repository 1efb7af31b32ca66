/** Pi to so many significant digits, rounded, by Machin's formula. */
export function pi(digits: number): string {
  if (digits <= 1) return "3";
  const guard = 10;
  const unit = 10n ** BigInt(digits + guard);
  const arctan = (n: bigint): bigint => {
    let term = unit / n;
    let sum = term;
    const square = n * n;
    for (let k = 3n, negative = true; term !== 0n; k += 2n, negative = !negative) {
      term /= square;
      sum += negative ? -(term / k) : term / k;
    }
    return sum;
  };
  const value = 4n * (4n * arctan(5n) - arctan(239n));
  const cut = 10n ** BigInt(guard + 1);
  const text = String((value + cut / 2n) / cut);
  return `${text[0]}.${text.slice(1)}`;
}
