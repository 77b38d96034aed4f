// Numbers of the axes.

// At most about `count` round numbers from `low` to `high`.
export function ticks(low, high, count) {
  const power = 10 ** Math.floor(Math.log10((high - low) / count));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power * count >= high - low);
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
  const numbers = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  return numbers.map((number) => Number(number.toPrecision(12)));
}

// The powers of ten from `low` to `high`, or other numbers if there are fewer than two.
export function logarithmicTicks(low, high, count) {
  const first = Math.ceil(Math.log10(low)), last = Math.floor(Math.log10(high));
  if (last <= first) return ticks(low, high, count);
  const every = Math.ceil((last - first + 1) / count), powers = [];
  for (let exponent = first; exponent <= last; exponent += every) powers.push(10 ** exponent);
  return powers;
}

// The lowest and the highest value, with a margin; `values` are not empty.
export function limits(values, isLogarithmic) {
  const low = values.reduce((one, other) => Math.min(one, other));
  const high = values.reduce((one, other) => Math.max(one, other));
  if (isLogarithmic) return low === high ? [low / 2, high * 2] : [low / 1.1, high * 1.1];
  const margin = (high - low) * 0.05 || Math.abs(low) * 0.05 || 0.5;
  return [low - margin, high + margin];
}

// A value with four digits.
export function format(value) {
  const size = Math.abs(value);
  if (size && (size < 1e-3 || size >= 1e6)) return Number(value.toPrecision(4)).toExponential();
  return value.toLocaleString("en", { maximumSignificantDigits: 4 });
}

export const formatStep = (step) => step.toLocaleString("en");
