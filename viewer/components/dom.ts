/** Elements that are made without vnodes, where these would cost more than the elements themselves. */

const SVG = "http://www.w3.org/2000/svg";

/** Makes an element with its attributes and children; texts among them become text nodes. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Makes a picture of one path. */
export function picture(
  attributes: Readonly<Record<string, string>>,
  path: Readonly<Record<string, string>>,
): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  const drawn = svg.appendChild(document.createElementNS(SVG, "path"));
  for (const [key, value] of Object.entries(path)) drawn.setAttribute(key, value);
  return svg;
}

/** Sets an attribute. What is the same is left alone: the browser would style it again. */
export function set(element: Element, attribute: string, value: string): void {
  if (element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
}

export function setWidth({ style }: HTMLElement, pixels: number): void {
  const width = `${pixels}px`;
  if (style.width !== width) style.width = width;
}
