/** Retinal vessels as seeded random walks from the disc: arcades above and below the macula, branching and tapering. */
import type { Random } from '../../random.ts';
import type { Anatomy } from './anatomy.ts';

/** Absorption of light, 0 none to 1 full, over the image. */
interface Canvas {
  readonly strength: Float32Array;
  readonly height: number;
  readonly width: number;
}

interface Walk {
  readonly x: number;
  readonly y: number;
  /** Direction in radians, y downwards. */
  readonly heading: number;
  /** Direction that the walk bends towards, and the share of the difference it bends by each step. */
  readonly goal: number;
  readonly bend: number;
  /** Radius in pixels at the start. */
  readonly radius: number;
  readonly depth: number;
  readonly stepCount: number;
  readonly generation: number;
}

/** Radius in pixels of a 512 wide image below which a vessel is not drawn on. */
const SMALLEST_RADIUS = 0.7;

/**
 * Draws one piece of vessel as a cylinder that absorbs most in the middle, keeping the larger strength where pieces meet.
 * No antialiasing is needed beyond the profile itself, which falls to 0 at the wall.
 */
function drawPiece(
  canvas: Canvas,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  radius: number,
  depth: number,
): void {
  const { strength, height, width } = canvas;
  const reach = radius + 0.6;
  const minX = Math.max(0, Math.ceil(Math.min(x0, x1) - reach));
  const maxX = Math.min(width - 1, Math.floor(Math.max(x0, x1) + reach));
  const minY = Math.max(0, Math.ceil(Math.min(y0, y1) - reach));
  const maxY = Math.min(height - 1, Math.floor(Math.max(y0, y1) + reach));
  const dx = x1 - x0;
  const dy = y1 - y0;
  const inverseLength = 1 / (dx * dx + dy * dy);
  const inverseReach = 1 / (reach * reach);
  for (let y = minY; y <= maxY; y++) {
    for (let x = minX; x <= maxX; x++) {
      const t = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) * inverseLength));
      const ex = x - x0 - t * dx;
      const ey = y - y0 - t * dy;
      const inside = 1 - (ex * ex + ey * ey) * inverseReach;
      if (inside <= 0) continue;
      // A flat-topped profile: steep walls, an even middle.
      const value = depth * Math.min(1, 1.6 * inside);
      const at = y * width + x;
      if (value > (strength[at] as number)) strength[at] = value;
    }
  }
}

function followWalk(canvas: Canvas, first: Walk, scale: number, random: Random): void {
  const pending = [first];
  const stride = 5 * scale;
  for (let walk = pending.pop(); walk !== undefined; walk = pending.pop()) {
    let { x, y, heading } = walk;
    let curvature = 0;
    for (let step = 0; step < walk.stepCount; step++) {
      curvature = 0.75 * curvature + 0.024 * random.normal();
      heading += curvature + walk.bend * Math.sin(walk.goal - heading);
      const nextX = x + stride * Math.cos(heading);
      const nextY = y + stride * Math.sin(heading);
      const radius = walk.radius * (1 - (0.65 * step) / walk.stepCount);
      if (radius < SMALLEST_RADIUS * scale) break;
      drawPiece(canvas, x, y, nextX, nextY, radius, walk.depth);
      x = nextX;
      y = nextY;
      if (x < -20 || y < -20 || x > canvas.width + 20 || y > canvas.height + 20) break;
      if (walk.generation < 3 && step > 5 && random.uniform() < 0.05) {
        const turn = (random.uniform() < 0.5 ? -1 : 1) * (0.45 + 0.5 * random.uniform());
        pending.push({
          ...walk,
          x,
          y,
          heading: heading + turn,
          goal: heading + 0.9 * turn,
          bend: 0.06,
          radius: radius * (0.5 + 0.25 * random.uniform()),
          depth: walk.depth * 0.9,
          stepCount: Math.round((walk.stepCount - step) * (0.5 + 0.4 * random.uniform())),
          generation: walk.generation + 1,
        });
      }
    }
  }
}

/**
 * How much light the vessels take from every pixel of an image, [height, width] f32 from 0 to 1.
 * Four arcades of an artery and a wider, darker vein each, and a few small vessels straight from the disc.
 */
export function drawVessels(anatomy: Anatomy, height: number, width: number, random: Random): Float32Array {
  const canvas = { strength: new Float32Array(height * width), height, width };
  const scale = width / 512;
  const { nasal, discRadius } = anatomy;
  const rootX = anatomy.discX + (anatomy.cupX + 0.16 * nasal) * discRadius;
  const rootY = anatomy.discY + anatomy.cupY * discRadius;
  const start = (
    heading: number,
    goal: number,
    bend: number,
    radius: number,
    depth: number,
    stepCount: number,
    shift: number,
  ) =>
    followWalk(
      canvas,
      {
        x: rootX + (0.05 * random.normal() + shift) * discRadius,
        y: rootY + 0.1 * discRadius * random.normal(),
        heading,
        goal,
        bend,
        radius: radius * scale,
        depth,
        stepCount,
        generation: 0,
      },
      scale,
      random,
    );
  const nasalDirection = nasal === 1 ? 0 : Math.PI;
  for (const vertical of [-1, 1]) {
    for (const side of [nasal, -nasal]) {
      const towards = side === nasal ? nasalDirection : Math.PI - nasalDirection;
      for (const vein of [true, false]) {
        const up = (vertical * Math.PI) / 2;
        // Straight up or down out of the disc, then over to the side; the temporal arcades bend later and run longer.
        const lean = -side * vertical * (0.1 + 0.25 * random.uniform());
        start(
          up - lean * (vein ? 1 : 1.6),
          towards,
          side === nasal ? 0.035 + 0.02 * random.uniform() : 0.02 + 0.015 * random.uniform(),
          (vein ? 4.6 : 3.4) * (side === nasal ? 0.8 : 1) * (0.85 + 0.3 * random.uniform()),
          vein ? 0.42 : 0.31,
          Math.round(95 + 25 * random.uniform()),
          // Artery and vein leave the disc side by side, the vein towards its own side.
          (vein ? 0.1 : -0.06) * side,
        );
      }
    }
  }
  const small = 5 + random.integer(4);
  for (let k = 0; k < small; k++) {
    const heading = random.uniform() * 2 * Math.PI;
    start(heading, heading, 0.03, 1.2 + random.uniform(), 0.24, Math.round(30 + 35 * random.uniform()), 0);
  }
  return canvas.strength;
}
