/** One synthetic eye: where its disc and cup lie, what shape they have, and how it was imaged. Numbers only, no pixels. */
import { invariant } from '../../errors.ts';
import type { Random } from '../../random.ts';
import { DEMO_AGE_DIFFERENCES, DEMO_IMAGING_DIFFERENCES } from './imaging-differences.ts';

/** A closed outline r(angle) around a centre, an ellipse with a few small bumps. */
export interface Outline {
  /** Radius at `OUTLINE_STEPS` equal steps of the angle, in units of the outline's own scale. */
  readonly radius: Float64Array;
}

export const OUTLINE_STEPS = 512;

export interface Anatomy {
  /** 1 when the nose is to the right of the image, -1 when to the left. */
  readonly nasal: 1 | -1;
  /** Disc centre in pixels. */
  readonly discX: number;
  readonly discY: number;
  /** Vertical semi-axis of the disc in pixels. */
  readonly discRadius: number;
  readonly disc: Outline;
  /** Cup centre, relative to the disc's, in disc radii. */
  readonly cupX: number;
  readonly cupY: number;
  /** Vertical cup-to-disc ratio. */
  readonly cupRadius: number;
  readonly cup: Outline;
  /** Width of the zone of atrophy in disc radii, 0 for none. */
  readonly atrophy: number;
  /** Grey level of plain tissue. */
  readonly tissue: number;
  readonly rimGain: number;
  readonly cupGain: number;
  /** Softness of the disc's and the cup's edge in pixels. */
  readonly discEdge: number;
  readonly cupEdge: number;
  readonly noiseSd: number;
  readonly blurSd: number;
  readonly texture: number;
  readonly unevenness: number;
}

/** An outline with aspect ratio `aspect` (horizontal over vertical), tilted by `tilt` radians. */
function drawOutline(random: Random, aspect: number, tilt: number, bump: number): Outline {
  const waves = [2, 3, 4, 5].map((order) => ({
    order,
    amplitude: (bump * random.normal()) / order,
    phase: random.uniform() * 2 * Math.PI,
  }));
  const radius = new Float64Array(OUTLINE_STEPS);
  for (let i = 0; i < OUTLINE_STEPS; i++) {
    const angle = (i / OUTLINE_STEPS) * 2 * Math.PI;
    const c = Math.cos(angle - tilt) / aspect;
    const s = Math.sin(angle - tilt);
    let value = 1 / Math.sqrt(c * c + s * s);
    for (const wave of waves) value *= 1 + wave.amplitude * Math.cos(wave.order * angle + wave.phase);
    radius[i] = value;
  }
  return { radius };
}

/** Radius of an outline in a direction, in units of its own scale; `angle` in radians from -pi to pi. */
export function outlineRadius(outline: Outline, angle: number): number {
  const position = (angle / (2 * Math.PI)) * OUTLINE_STEPS + OUTLINE_STEPS;
  const floor = Math.floor(position);
  const a = outline.radius[floor % OUTLINE_STEPS] as number;
  const b = outline.radius[(floor + 1) % OUTLINE_STEPS] as number;
  return a + (b - a) * (position - floor);
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/** Farthest that the cup may reach from the disc's centre, in disc radii: some rim is left on every side. */
const CUP_REACH = 0.94;

/**
 * Draws one eye. Lengths scale with the image's width; the disc lies wholly inside the central square.
 * Only race and age enter, through the declared tables.
 */
export function drawAnatomy(
  random: Random,
  race: number,
  ageYears: number,
  height: number,
  width: number,
): Anatomy {
  const group = DEMO_IMAGING_DIFFERENCES[race];
  invariant(group !== undefined, `no imaging differences for race ${race}`);
  const decades = (ageYears - 60) / 10;
  const scale = width / 512;
  const nasal = random.uniform() < 0.5 ? 1 : -1;
  const discRadius = clamp(64 + 8 * random.normal(), 46, 86) * scale;
  const aspect = clamp(0.9 + 0.05 * random.normal(), 0.78, 1.02);
  const cupRadius = clamp(
    group.cupToDisc + DEMO_AGE_DIFFERENCES.cupToDiscPerDecade * decades + 0.11 * random.normal(),
    0.22,
    0.84,
  );
  const slack = Math.max(0, CUP_REACH * aspect - cupRadius);
  const cupX = clamp(-nasal * 0.05 + 0.05 * random.normal(), -0.5 * slack, 0.5 * slack);
  const cupY = clamp(0.03 + 0.06 * random.normal(), -0.5 * slack, 0.5 * slack);
  const gain = group.discContrast * (0.88 + 0.24 * random.uniform());
  return {
    nasal,
    discX: width / 2 + clamp(26 * random.normal(), -70, 70) * scale,
    discY: height / 2 + clamp(24 * random.normal(), -70, 70) * scale,
    discRadius,
    disc: drawOutline(random, aspect, 0.25 * random.normal(), 0.03),
    cupX,
    cupY,
    cupRadius,
    cup: drawOutline(random, clamp(0.92 + 0.07 * random.normal(), 0.75, 1.05), 0.3 * random.normal(), 0.05),
    atrophy: random.uniform() < group.atrophyFrac ? 0.15 + 0.35 * random.uniform() : 0,
    tissue: group.brightness * (106 + 10 * random.normal()),
    rimGain: 46 * gain,
    cupGain: 52 * gain * (0.85 + 0.3 * random.uniform()),
    discEdge: (4 + 5 * random.uniform()) * scale,
    cupEdge: (8 + 9 * random.uniform()) * scale,
    noiseSd: group.noiseSd * (0.85 + 0.3 * random.uniform()),
    blurSd:
      Math.max(0.4, group.blurSd + DEMO_AGE_DIFFERENCES.blurSdPerDecade * decades + 0.2 * random.normal()) *
      scale,
    texture: group.texture * (0.75 + 0.5 * random.uniform()),
    unevenness: group.unevenness,
  };
}
