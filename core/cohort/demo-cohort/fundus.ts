/** Paints one synthetic eye: tissue, light, disc and cup with their mask, vessels, optics, sensor. */
import { createRandom, type Random } from '../../random.ts';
import { type Anatomy, outlineRadius } from './anatomy.ts';
import { addSmoothNoise, blur, quantizeWithNoise } from './texture.ts';
import { drawVessels } from './vessels.ts';

export interface DemoImage {
  readonly height: number;
  readonly width: number;
  /** [height, width] u8 grey. */
  readonly image: Uint8Array<ArrayBuffer>;
  /** [height, width] i8 in the data set's coding: 0 background, -1 rim, -2 cup. */
  readonly mask: Int8Array<ArrayBuffer>;
}

/** Share of a pixel's value that speckle varies by, as coherent laser light does. */
const SPECKLE = 0.025;

/** Texture of retina and choroid, from fine to coarse: grid cell in pixels of a 512 wide image, amplitude in grey levels. */
const TEXTURE_OCTAVES = [
  { cell: 5, amplitude: 3.5 },
  { cell: 15, amplitude: 4 },
  { cell: 41, amplitude: 5.5 },
  { cell: 120, amplitude: 9 },
] as const;

/** Renders the eye; `seed` and `stream` choose its texture, vessels and noise. Cost: a few passes over the image. */
export function paintFundus(
  anatomy: Anatomy,
  height: number,
  width: number,
  seed: number,
  stream: string,
): DemoImage {
  const random = createRandom(seed, stream);
  const scale = width / 512;
  const field = new Float32Array(height * width).fill(anatomy.tissue);
  const octaves = TEXTURE_OCTAVES.map(({ cell, amplitude }) => ({
    cell: cell * scale,
    amplitude: amplitude * anatomy.texture,
  }));
  addSmoothNoise(field, height, width, octaves, random);
  addNerveFibres(field, anatomy, height, width, random);
  const mask = new Int8Array(height * width);
  paintDisc(field, mask, anatomy, height, width, random);
  const vessels = drawVessels(anatomy, height, width, random);
  shade(field, vessels, anatomy, height, width, random);
  blur(field, height, width, anatomy.blurSd);
  const image = quantizeWithNoise(field, width, anatomy.noiseSd, SPECKLE, random);
  return { height, width, image, mask };
}

/** Faint streaks that run out from the disc: noise that is fine around it and long away from it. */
function addNerveFibres(
  field: Float32Array,
  anatomy: Anatomy,
  height: number,
  width: number,
  random: Random,
) {
  const angleCells = 256;
  const radiusCells = 12;
  const grid = new Float32Array(angleCells * radiusCells);
  for (let i = 0; i < grid.length; i++) grid[i] = random.normal();
  const inverse = 1 / anatomy.discRadius;
  // Blocks of 2 x 2 pixels: the angle is the costly part and the blur hides the blocks.
  for (let y = 0; y < height; y += 2) {
    const dy = (y + 0.5 - anatomy.discY) * inverse;
    for (let x = 0; x < width; x += 2) {
      const dx = (x + 0.5 - anatomy.discX) * inverse;
      const square = dx * dx + dy * dy;
      if (square < 0.5 || square > 20) continue;
      const angle = (Math.atan2(dy, dx) / (2 * Math.PI) + 1) * angleCells;
      const a = Math.floor(angle);
      const ring = Math.log(square) + 1;
      const r = Math.floor(ring);
      const s = angle - a;
      const t = ring - r;
      const a0 = a % angleCells;
      const a1 = (a + 1) % angleCells;
      const inner =
        (grid[r * angleCells + a0] as number) * (1 - s) + (grid[r * angleCells + a1] as number) * s;
      const outer =
        (grid[(r + 1) * angleCells + a0] as number) * (1 - s) +
        (grid[(r + 1) * angleCells + a1] as number) * s;
      // Strongest above and below the disc, where the fibre layer is thickest, and gone four disc radii away.
      const value =
        (inner * (1 - t) + outer * t) * (2 + (6 * dy * dy) / square) * Math.max(0, 1 - square / 20);
      const at = y * width + x;
      field[at] = (field[at] as number) + value;
      if (x + 1 < width) field[at + 1] = (field[at + 1] as number) + value;
      if (y + 1 < height) field[at + width] = (field[at + width] as number) + value;
      if (x + 1 < width && y + 1 < height) field[at + width + 1] = (field[at + width + 1] as number) + value;
    }
  }
}

/** 0 to 1 over a distance of `softness` around 0, smooth at both ends. */
function softStep(distance: number, softness: number): number {
  const t = Math.min(1, Math.max(0, distance / softness + 0.5));
  return t * t * (3 - 2 * t);
}

/** Least rim in disc radii that the cup leaves on every side. */
const LEAST_RIM = 0.05;

/** Distance inside the cup's edge in disc radii, at most `bound`, which keeps the cup inside the disc. */
function cupDistanceAt(anatomy: Anatomy, dx: number, dy: number, bound: number): number {
  // Outside the disc's soft edge the cup adds nothing, and its angle need not be computed.
  if (bound < -0.2) return bound;
  const x = dx - anatomy.cupX;
  const y = dy - anatomy.cupY;
  const edge = outlineRadius(anatomy.cup, Math.atan2(y, x)) * anatomy.cupRadius;
  return Math.min(edge - Math.sqrt(x * x + y * y), bound);
}

/** Adds disc, cup, the light ring around them and the zone of atrophy to `field`, and writes the mask. */
function paintDisc(
  field: Float32Array,
  mask: Int8Array,
  anatomy: Anatomy,
  height: number,
  width: number,
  random: Random,
) {
  const { discX, discY, discRadius } = anatomy;
  const reach = 1.9 * discRadius;
  const top = Math.max(0, Math.floor(discY - reach));
  const left = Math.max(0, Math.floor(discX - reach));
  const bottom = Math.min(height, Math.ceil(discY + reach));
  const right = Math.min(width, Math.ceil(discX + reach));
  const pores = new Float32Array((bottom - top) * (right - left));
  addSmoothNoise(pores, bottom - top, right - left, [{ cell: 0.075 * discRadius, amplitude: 1 }], random);
  const patches = new Float32Array(pores.length);
  addSmoothNoise(patches, bottom - top, right - left, [{ cell: 0.35 * discRadius, amplitude: 1 }], random);
  for (let y = top; y < bottom; y++) {
    const dy = (y - discY) / discRadius;
    for (let x = left; x < right; x++) {
      const dx = (x - discX) / discRadius;
      const radius = Math.sqrt(dx * dx + dy * dy);
      const edge = outlineRadius(anatomy.disc, Math.atan2(dy, dx));
      const discDistance = edge - radius;
      const cupDistance = cupDistanceAt(anatomy, dx, dy, discDistance - LEAST_RIM);
      const at = y * width + x;
      if (discDistance >= 0) mask[at] = cupDistance >= 0 ? -2 : -1;
      const local = (y - top) * (right - left) + x - left;
      const patch = patches[local] as number;
      const inDisc = softStep(discDistance * discRadius, anatomy.discEdge);
      const inCup = softStep(cupDistance * discRadius, anatomy.cupEdge);
      // The temporal rim is thinner and paler than the others.
      const temporal = (-anatomy.nasal * dx) / (radius + 0.1);
      let gain = inDisc * anatomy.rimGain * (1 + 0.12 * temporal + 0.1 * patch);
      gain += inCup * (anatomy.cupGain * (1 + 0.08 * patch) + 5 * (pores[local] as number));
      const outside = Math.max(0, -discDistance);
      gain += (1 - inDisc) * 7 * Math.max(0, 1 - outside / 0.6);
      if (anatomy.atrophy > 0 && temporal > 0) {
        const extent = anatomy.atrophy * Math.sqrt(temporal) * (1 + 0.35 * patch);
        gain += (1 - inDisc) * softStep(extent - outside, 0.08) * (24 + 9 * patch);
      }
      field[at] = (field[at] as number) + gain;
    }
  }
}

/** The lamp never fails altogether, however uneven it is. */
const DARKEST_LIGHT = 0.25;

/** Applies what light does: uneven illumination, a dark macula, vignetting, and the vessels' absorption. */
function shade(
  field: Float32Array,
  vessels: Float32Array,
  anatomy: Anatomy,
  height: number,
  width: number,
  random: Random,
) {
  const { unevenness } = anatomy;
  const tiltX = 0.1 * unevenness * random.normal();
  const tiltY = 0.1 * unevenness * random.normal();
  const vignette = unevenness * (0.22 + 0.2 * random.uniform());
  const glowX = 0.5 * random.normal();
  const glowY = 0.5 * random.normal();
  const glow = 0.07 * unevenness * random.normal();
  const maculaX = anatomy.discX - anatomy.nasal * 4.6 * anatomy.discRadius;
  const maculaY = anatomy.discY + 0.4 * anatomy.discRadius;
  const maculaScale = 1 / (1.5 * anatomy.discRadius) ** 2;
  for (let y = 0; y < height; y++) {
    const v = (2 * y) / height - 1;
    for (let x = 0; x < width; x++) {
      const u = (2 * x) / width - 1;
      const square = u * u + v * v;
      const glowSquare = (u - glowX) * (u - glowX) + (v - glowY) * (v - glowY);
      const lamp = Math.max(DARKEST_LIGHT, 1 + tiltX * u + tiltY * v + glow / (1 + 3 * glowSquare));
      let light = lamp / (1 + 0.7 * vignette * square * square);
      const maculaSquare = ((x - maculaX) * (x - maculaX) + (y - maculaY) * (y - maculaY)) * maculaScale;
      if (maculaSquare < 1) light *= 1 - 0.16 * (1 - maculaSquare) * (1 - maculaSquare);
      const at = y * width + x;
      field[at] = (field[at] as number) * light * (1 - (vessels[at] as number));
    }
  }
}
