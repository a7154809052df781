/** Outlines of the point symbols, shared by SVG and canvas. Pure. */

import type { MarkShape } from '../ui/palette.ts';

function polygon(points: readonly (readonly [number, number])[]): string {
  return `M${points.map(([x, y]) => `${round(x)} ${round(y)}`).join('L')}Z`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function regular(x: number, y: number, count: number, radius: (corner: number) => number): string {
  return polygon(
    Array.from({ length: count }, (_, i) => {
      const angle = (2 * Math.PI * i) / count - Math.PI / 2;
      return [x + radius(i) * Math.cos(angle), y + radius(i) * Math.sin(angle)] as const;
    }),
  );
}

function cross(x: number, y: number, r: number): string {
  const [a, b] = [r * 1.2, r * 0.4];
  return (
    `M${round(x - b)} ${round(y - a)}h${round(2 * b)}v${round(a - b)}h${round(a - b)}v${round(2 * b)}h${round(b - a)}` +
    `v${round(a - b)}h${round(-2 * b)}v${round(b - a)}h${round(b - a)}v${round(-2 * b)}h${round(a - b)}Z`
  );
}

function box(x: number, y: number, halfWidth: number, halfHeight: number): string {
  return polygon([
    [x - halfWidth, y - halfHeight],
    [x + halfWidth, y - halfHeight],
    [x + halfWidth, y + halfHeight],
    [x - halfWidth, y + halfHeight],
  ]);
}

/** Radii differ by shape so that all symbols cover about the area of a circle of radius r. */
const OUTLINES: Readonly<Record<MarkShape, (x: number, y: number, r: number) => string>> = {
  circle: (x, y, r) => `M${round(x - r)} ${round(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`,
  square: (x, y, r) => box(x, y, r * 0.89, r * 0.89),
  diamond: (x, y, r) => regular(x, y, 4, () => r * 1.25),
  triangle: (x, y, r) => regular(x, y, 3, () => r * 1.45),
  'triangle-down': (x, y, r) =>
    polygon([
      [x, y + r * 1.45],
      [x - r * 1.256, y - r * 0.725],
      [x + r * 1.256, y - r * 0.725],
    ]),
  cross,
  star: (x, y, r) => regular(x, y, 10, (corner) => (corner % 2 === 0 ? r * 1.6 : r * 0.7)),
  pentagon: (x, y, r) => regular(x, y, 5, () => r * 1.15),
  dash: (x, y, r) => box(x, y, r * 1.4, r * 0.5),
};

/** SVG path data of a symbol centred at (x, y), about as large as a circle of radius r. */
export function symbolPath(shape: MarkShape, x: number, y: number, r: number): string {
  return OUTLINES[shape](x, y, r);
}
