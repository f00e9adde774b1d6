/** Numbers in one record of a history: step, value, timestamp (ms since the epoch). Appending a point appends a record. */
export const RECORD_FIELDS = 3;

/** Points that a block has room for, unless it says otherwise: 12 kB stay in the processor's cache. */
const POINTS = 512;

/** Up to this, whole numbers and what is made of them by one operation are exact. */
const MAX_EXACT = 2 ** 53;
const POWERS_OF_TEN: Float64Array = Float64Array.from({ length: 23 }, (_, power) =>
  Number(`1e${power}`),
);

/** Less 48, as bytes are below: a digit is its own value then. */
const BLANK = 32 - 48;
const LINE_FEED = 10 - 48;
const MINUS = 45 - 48;
const PLUS = 43 - 48;
const POINT = 46 - 48;
const EXPONENT = 101 - 48;

/** Some points of a metric file, as records. */
export class LineBlock {
  /** The first `length` numbers are of records. */
  readonly records: Float64Array;
  length = 0;

  constructor(points: number = POINTS) {
    this.records = new Float64Array(points * RECORD_FIELDS);
  }

  /** Makes it a block of one point. */
  set(step: number, value: number, timestamp: number): void {
    this.records[0] = step;
    this.records[1] = value;
    this.records[2] = timestamp;
    this.length = RECORD_FIELDS;
  }

  /**
   * Reads lines of the form `digits number digits\n`, which is what MLflow writes, straight from their bytes, until there is
   * another one or the block is full. Values are those that `Number` has for them.
   *
   * Long, because this loop runs for each of millions of lines: calls and fields inside of it would cost half its speed.
   *
   * @param end - where a line ends, so that nothing behind it is looked at
   * @returns where the first line begins that was not read
   */
  read(bytes: Uint8Array, start: number, end: number): number {
    const { records } = this;
    const room = records.length;
    let length = 0;
    let line = start;
    while (line < end && length < room) {
      let at = line;
      let code = (bytes[at] as number) - 48;

      // Whole numbers of nine digits are quick to add up; longer ones are made of two.
      let high = 0;
      while (code >= 0 && code <= 9 && at < line + 9) {
        high = (high * 10 + code) | 0;
        code = (bytes[++at] as number) - 48;
      }
      let low = 0;
      let lowDigits = 0;
      while (code >= 0 && code <= 9 && lowDigits < 6) {
        low = (low * 10 + code) | 0;
        lowDigits++;
        code = (bytes[++at] as number) - 48;
      }
      if (at === line || code !== BLANK) break;
      const timestamp = high * (POWERS_OF_TEN[lowDigits] as number) + low;

      code = (bytes[++at] as number) - 48;
      const valueStart = at;
      const isNegative = code === MINUS;
      if (isNegative) code = (bytes[++at] as number) - 48;
      if (!(code >= 0 && code <= 9)) break;
      high = 0;
      low = 0;
      while (code === 0) code = (bytes[++at] as number) - 48;
      let highEnd = at + 9;
      while (code >= 0 && code <= 9 && at < highEnd) {
        high = (high * 10 + code) | 0;
        code = (bytes[++at] as number) - 48;
      }
      let lowStart = at;
      while (code >= 0 && code <= 9) {
        low = (low * 10 + code) | 0;
        code = (bytes[++at] as number) - 48;
      }
      lowDigits = at - lowStart;
      let exponent = 0;
      if (code === POINT) {
        const fraction = at + 1;
        code = (bytes[++at] as number) - 48;
        if (high === 0) {
          while (code === 0) code = (bytes[++at] as number) - 48;
          highEnd = at + 9;
        } else {
          highEnd++;
        }
        while (code >= 0 && code <= 9 && at < highEnd) {
          high = (high * 10 + code) | 0;
          code = (bytes[++at] as number) - 48;
        }
        lowStart = at;
        while (code >= 0 && code <= 9) {
          low = (low * 10 + code) | 0;
          code = (bytes[++at] as number) - 48;
        }
        lowDigits += at - lowStart;
        exponent = fraction - at;
      }
      if (code === EXPONENT) {
        code = (bytes[++at] as number) - 48;
        const isSmall = code === MINUS;
        if (isSmall || code === PLUS) code = (bytes[++at] as number) - 48;
        const powerStart = at;
        let power = 0;
        while (code >= 0 && code <= 9 && at < powerStart + 4) {
          power = (power * 10 + code) | 0;
          code = (bytes[++at] as number) - 48;
        }
        if (at === powerStart) break;
        exponent += isSmall ? -power : power;
      }
      if (code !== BLANK) break;
      let value = Number.NaN;
      if (lowDigits <= 9 && exponent >= -22 && exponent <= 22) {
        // Exact: 10^9 has 21 bits besides its factors of two.
        const top = high * (POWERS_OF_TEN[lowDigits] as number);
        const mantissa = top + low;
        if (mantissa < MAX_EXACT) {
          value =
            exponent < 0
              ? mantissa / (POWERS_OF_TEN[-exponent] as number)
              : mantissa * (POWERS_OF_TEN[exponent] as number);
        } else if (exponent < 0) {
          value = divide(mantissa, low - (mantissa - top), POWERS_OF_TEN[-exponent] as number);
        }
        if (isNegative) value = -value;
      }
      if (Number.isNaN(value)) value = toNumber(bytes, valueStart, at);

      code = (bytes[++at] as number) - 48;
      const isStepNegative = code === MINUS;
      if (isStepNegative) code = (bytes[++at] as number) - 48;
      const stepStart = at;
      let step = 0;
      while (code >= 0 && code <= 9 && at < stepStart + 9) {
        step = (step * 10 + code) | 0;
        code = (bytes[++at] as number) - 48;
      }
      if (at === stepStart || code !== LINE_FEED) break;

      records[length] = isStepNegative ? 0 - step : step;
      records[length + 1] = value;
      records[length + 2] = timestamp;
      length += RECORD_FIELDS;
      line = at + 1;
    }
    this.length = length;
    return line;
  }
}

/**
 * The double nearest to `(mantissa + rest) / power`, where a quotient of doubles alone is one off now and then: what the
 * division leaves over is divided, too (Dekker, A floating-point technique for extending the available precision).
 *
 * @param power - a power of ten that is exact
 * @returns NaN when it is too close to the middle between two doubles to tell
 */
function divide(mantissa: number, rest: number, power: number): number {
  const quotient = mantissa / power;
  const product = quotient * power;
  // The error of the product, from halves of 26 bits each.
  const quotientHigh = upperHalf(quotient);
  const quotientLow = quotient - quotientHigh;
  const powerHigh = upperHalf(power);
  const powerLow = power - powerHigh;
  const error =
    quotientHigh * powerHigh -
    product +
    quotientHigh * powerLow +
    quotientLow * powerHigh +
    quotientLow * powerLow;
  const more = (mantissa - product - error + rest) / power;
  const least = quotient + more * (1 - 2 ** -50);
  return least === quotient + more * (1 + 2 ** -50) ? least : Number.NaN;
}

function upperHalf(number: number): number {
  const scaled = (2 ** 27 + 1) * number;
  return scaled - (scaled - number);
}

function toNumber(bytes: Uint8Array, start: number, end: number): number {
  return Number(String.fromCharCode(...bytes.subarray(start, end)));
}
