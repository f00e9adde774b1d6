import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type ThemeColors, themeColors } from "../charts/theme-colors.ts";

export interface CanvasSize {
  readonly width: number;
  readonly height: number;
}

/** The size of a canvas on the page, which follows its box. */
export function useCanvasSize(canvas: RefObject<HTMLCanvasElement | null>): CanvasSize {
  const [size, setSize] = useState<CanvasSize>({ width: 0, height: 0 });
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return size;
}

/** Draws in CSS pixels on a canvas of as many pixels as the screen has. */
export function useDrawing(
  canvas: RefObject<HTMLCanvasElement | null>,
  size: CanvasSize,
  draw: (context: CanvasRenderingContext2D, colors: ThemeColors) => void,
  inputs: readonly unknown[],
): void {
  const colors = themeColors.value;
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || size.width === 0) return;
    const ratio = devicePixelRatio;
    element.width = Math.round(size.width * ratio);
    element.height = Math.round(size.height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(context, colors);
  }, [size, colors, ...inputs]);
}
