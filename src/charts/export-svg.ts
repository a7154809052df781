/**
 * A chart's SVG as a file of its own: light colours on white, no class, no script, no reference to anything outside.
 * PNG is drawn from that same file, so that the two cannot differ.
 */
import { WorkbenchError } from '../../core/errors.ts';
import { FIGURE_COLORS_LIGHT } from './figure-colors.ts';

const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';

/** Attributes that mean something on the page only. */
function isPageAttribute(name: string): boolean {
  return (
    name === 'class' ||
    name === 'tabindex' ||
    name === 'focusable' ||
    name.startsWith('data-') ||
    /^on/i.test(name)
  );
}

function resolveVariables(value: string): string {
  return value.replaceAll(/var\((--[\w-]+)\)/g, (whole, name: string) => FIGURE_COLORS_LIGHT[name] ?? whole);
}

function cleanElement(element: Element): void {
  for (const { name, value } of Array.from(element.attributes)) {
    if (isPageAttribute(name)) element.removeAttribute(name);
    else if (value.includes('var(')) element.setAttribute(name, resolveVariables(value));
  }
  for (const child of element.children) cleanElement(child);
}

function textElement(owner: Document, name: 'title' | 'desc', text: string): Element {
  const element = owner.createElementNS(SVG_NAMESPACE, name);
  element.textContent = text;
  return element;
}

export interface SvgDescription {
  readonly title: string;
  readonly caption: string;
}

/**
 * Self-contained SVG text of a chart: a copy with the light colours written in, a white background, and title and
 * caption as metadata. `complete` adds to the copy what the page draws elsewhere (the points of a canvas).
 */
export function serializeSvg(
  svg: SVGSVGElement,
  description: SvgDescription,
  complete?: (copy: SVGSVGElement) => void,
): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  complete?.(copy);
  cleanElement(copy);
  copy.setAttribute('xmlns', SVG_NAMESPACE);
  copy.setAttribute('role', 'img');
  const background = svg.ownerDocument.createElementNS(SVG_NAMESPACE, 'rect');
  background.setAttribute('width', '100%');
  background.setAttribute('height', '100%');
  background.setAttribute('fill', FIGURE_COLORS_LIGHT['--figure-paper'] as string);
  copy.prepend(
    textElement(svg.ownerDocument, 'title', description.title),
    textElement(svg.ownerDocument, 'desc', description.caption),
    background,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`;
}

function pngFailed(reason: string, cause?: unknown): WorkbenchError {
  return new WorkbenchError('figure/png-failed', `The PNG could not be made: ${reason}`, {
    hint: 'Export the figure as SVG.',
    cause,
  });
}

/** PNG of an SVG text of the given size in CSS pixels, `scale` device pixels to each. Errors: `figure/png-failed`. */
export async function rasterizeSvg(
  svgText: string,
  width: number,
  height: number,
  scale: number,
): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svgText], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode().catch((cause: unknown) => {
      throw pngFailed('the browser could not draw the SVG.', cause);
    });
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext('2d');
    if (context === null) throw pngFailed('the browser gave no 2-D canvas.');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (blob === null) throw pngFailed('the browser could not encode it; the figure may be too large.');
    return blob;
  } finally {
    URL.revokeObjectURL(url);
  }
}
