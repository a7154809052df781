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

/** SVG path data of a symbol centred at (x, y). Radii differ by shape so that all symbols cover about the area of a circle of radius r. */
export function symbolPath(shape: MarkShape, x: number, y: number, r: number): string {
  switch (shape) {
    case 'circle':
      return `M${round(x - r)} ${round(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
    case 'square': {
      const h = r * 0.89;
      return polygon([
        [x - h, y - h],
        [x + h, y - h],
        [x + h, y + h],
        [x - h, y + h],
      ]);
    }
    case 'diamond':
      return regular(x, y, 4, () => r * 1.25);
    case 'triangle':
      return regular(x, y, 3, () => r * 1.45);
    case 'triangle-down':
      return polygon([
        [x, y + r * 1.45],
        [x - r * 1.256, y - r * 0.725],
        [x + r * 1.256, y - r * 0.725],
      ]);
    case 'cross': {
      const [a, b] = [r * 1.2, r * 0.4];
      return polygon([
        [x - b, y - a],
        [x + b, y - a],
        [x + b, y - b],
        [x + a, y - b],
        [x + a, y + b],
        [x + b, y + b],
        [x + b, y + a],
        [x - b, y + a],
        [x - b, y + b],
        [x - a, y + b],
        [x - a, y - b],
        [x - b, y - b],
      ]);
    }
    case 'star':
      return regular(x, y, 10, (corner) => (corner % 2 === 0 ? r * 1.6 : r * 0.7));
    case 'pentagon':
      return regular(x, y, 5, () => r * 1.15);
    case 'dash': {
      const [a, b] = [r * 1.4, r * 0.5];
      return polygon([
        [x - a, y - b],
        [x + a, y - b],
        [x + a, y + b],
        [x - a, y + b],
      ]);
    }
  }
}
