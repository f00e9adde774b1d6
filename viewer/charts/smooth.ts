/**
 * Exponential moving average without the pull of its start value: each average is divided by the weight that
 * real points have in it. NaN and infinities stay where they are and do not touch the average, so gaps are kept.
 *
 * @param weight - 0 (the points as they are) up to but not including 1
 * @see TensorBoard `line_chart/data_processing`, whose smoothing slider does the same
 */
export function smooth(y: Float64Array, weight: number): Float64Array {
  if (weight <= 0) return y;
  const smoothed = new Float64Array(y.length);
  let average = 0;
  let missing = 1;
  for (let i = 0; i < y.length; i++) {
    const value = y[i] as number;
    if (!Number.isFinite(value)) {
      smoothed[i] = value;
      continue;
    }
    average = average * weight + value * (1 - weight);
    missing *= weight;
    smoothed[i] = average / (1 - missing);
  }
  return smoothed;
}
