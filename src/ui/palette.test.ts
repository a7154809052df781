import { describe, expect, it } from 'vitest';
import {
  contrastRatio,
  GROUP_COLORS,
  groupStyle,
  PREDICTION_CONTOUR,
  SELECTION_STYLE,
  sequentialColor,
  SURFACES,
  TARGET_STYLE,
  TRUTH_CONTOUR,
  UNKNOWN_STYLE,
} from './palette.ts';

it('measures contrast as WCAG does', () => {
  expect(contrastRatio('#ffffff', '#000000')).toBeCloseTo(21, 6);
  expect(contrastRatio('#777777', '#ffffff')).toBeCloseTo(4.478, 3);
});

describe('marks', () => {
  const reserved = [UNKNOWN_STYLE.color, TARGET_STYLE.color, SELECTION_STYLE.color];

  it.each([...GROUP_COLORS, ...reserved])('%s stands out from both surfaces by 3:1', (color) => {
    for (const surface of Object.values(SURFACES))
      expect(contrastRatio(color, surface)).toBeGreaterThanOrEqual(3);
  });

  it('are different for 64 groups, and neighbours differ in colour, shape and pattern', () => {
    const marks = Array.from({ length: 64 }, (_, index) => groupStyle(index));
    expect(new Set(marks.map((mark) => `${mark.color} ${mark.shape}`)).size).toBe(64);
    expect(new Set(marks.map((mark) => `${mark.color} ${mark.pattern}`)).size).toBe(64);
    for (let i = 1; i < 8; i++) {
      expect(marks[i]?.color).not.toBe(marks[i - 1]?.color);
      expect(marks[i]?.shape).not.toBe(marks[i - 1]?.shape);
    }
  });

  it('never give a group a reserved colour', () => {
    expect(GROUP_COLORS.filter((color) => reserved.includes(color))).toEqual([]);
    expect(groupStyle(-1)).toBe(UNKNOWN_STYLE);
  });
});

it('draws contours that are readable on a dark fundus', () => {
  for (const color of [TRUTH_CONTOUR, PREDICTION_CONTOUR]) {
    expect(contrastRatio(color, '#000000')).toBeGreaterThan(4.5);
  }
});

describe('sequential scale', () => {
  it('gets lighter all the way, clamps, and shows NaN as unknown', () => {
    const contrasts = Array.from({ length: 101 }, (_, i) =>
      contrastRatio(sequentialColor(i / 100), '#000000'),
    );
    for (let i = 1; i < contrasts.length; i++) {
      expect(contrasts[i]).toBeGreaterThanOrEqual((contrasts[i - 1] as number) - 0.05);
    }
    expect(sequentialColor(-1)).toBe(sequentialColor(0));
    expect(sequentialColor(2)).toBe(sequentialColor(1));
    expect(sequentialColor(Number.NaN)).toBe(UNKNOWN_STYLE.color);
  });
});
