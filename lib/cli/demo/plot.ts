import { type Network, predict } from "./network.ts";
import type { Picture } from "./png.ts";
import type { Sample } from "./two-moons.ts";

type Colour = readonly [red: number, green: number, blue: number];

/** Left, right, bottom, top in the plane of the samples. */
const VIEW = { left: -1.8, right: 2.8, bottom: -1.35, top: 1.85 };
/** Of a picture's width. */
const POINT_RADIUS = 0.007;

const COLOURS: readonly [Colour, Colour] = [
  [37, 99, 189],
  [226, 112, 30],
];
const WHITE: Colour = [255, 255, 255];
const INK: Colour = [40, 44, 52];

/**
 * Draws what a network answers all over the plane, its boundary as a line, and the samples as dots.
 *
 * @param width - in pixels; the height is three quarters of it
 */
export function plotBoundary(network: Network, samples: readonly Sample[], width: number): Picture {
  const height = (width * 3) / 4;
  const picture = { width, height, pixels: new Uint8Array(width * height * 3) };
  const answers = Float64Array.from({ length: width * height }, (_, pixel) =>
    predict(network, planeX(picture, pixel % width), planeY(picture, Math.floor(pixel / width))),
  );
  const answer = (column: number, row: number): number =>
    answers[Math.min(row, height - 1) * width + Math.min(column, width - 1)] as number;

  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const side = classOf(answer(column, row));
      const onBoundary =
        side !== classOf(answer(column + 1, row)) || side !== classOf(answer(column, row + 1));
      const shade = 0.08 + 0.55 * Math.abs(answer(column, row) - 0.5);
      paint(picture, column, row, onBoundary ? INK : mix(WHITE, COLOURS[side], shade), 1);
    }
  }
  for (const sample of samples) drawDot(picture, sample);
  return picture;
}

function classOf(probability: number): 0 | 1 {
  return probability >= 0.5 ? 1 : 0;
}

/** A dot with a white rim, its edges softened over one pixel. */
function drawDot(picture: Picture, sample: Sample): void {
  const { width, height } = picture;
  const radius = POINT_RADIUS * width;
  const centreX = ((sample.x - VIEW.left) / (VIEW.right - VIEW.left)) * width;
  const centreY = ((VIEW.top - sample.y) / (VIEW.top - VIEW.bottom)) * height;
  const reach = Math.ceil(radius) + 1;
  for (let row = Math.floor(centreY) - reach; row <= centreY + reach; row++) {
    for (let column = Math.floor(centreX) - reach; column <= centreX + reach; column++) {
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      const distance = Math.hypot(column + 0.5 - centreX, row + 0.5 - centreY);
      paint(picture, column, row, WHITE, radius + 0.5 - distance);
      paint(picture, column, row, COLOURS[sample.label], radius * 0.75 - distance);
    }
  }
}

function paint(
  { width, pixels }: Picture,
  column: number,
  row: number,
  colour: Colour,
  share: number,
): void {
  const cover = Math.min(1, Math.max(0, share));
  const offset = (row * width + column) * 3;
  const below: Colour = [pixels[offset] ?? 0, pixels[offset + 1] ?? 0, pixels[offset + 2] ?? 0];
  pixels.set(mix(below, colour, cover), offset);
}

function mix(from: Colour, to: Colour, share: number): Colour {
  const between = (channel: 0 | 1 | 2): number =>
    from[channel] + (to[channel] - from[channel]) * share;
  return [between(0), between(1), between(2)];
}

function planeX({ width }: Picture, column: number): number {
  return VIEW.left + ((column + 0.5) / width) * (VIEW.right - VIEW.left);
}

function planeY({ height }: Picture, row: number): number {
  return VIEW.top - ((row + 0.5) / height) * (VIEW.top - VIEW.bottom);
}
