import { normal, seededRandom } from "./random.ts";

/** A point of the plane that belongs to one of two classes. */
export interface Sample {
  readonly x: number;
  readonly y: number;
  readonly label: 0 | 1;
}

/**
 * Two half circles that reach into each other, a classic that no straight line divides.
 *
 * @param noise - standard deviation of what is added to each coordinate
 */
export function twoMoons(count: number, noise: number, seed: number): Sample[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const angle = Math.PI * random();
    const label = index % 2 === 0 ? 0 : 1;
    const [x, y] =
      label === 0
        ? [Math.cos(angle), Math.sin(angle)]
        : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
    return { x: x + noise * normal(random), y: y + noise * normal(random), label };
  });
}
