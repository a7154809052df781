/**
 * The nearest centre of every sample, iteration after iteration: lower bounds on distances, loosened by how far each centre
 * moved, prove most of them too long to be worth computing. The labels are those of computing all.
 */
import { type MatMul, type Matrix, squaredRowNorms } from '../linalg/matrix.ts';
import { squaredDistance, squaredDistances } from './squared-distances.ts';

/** One distance from differences costs about as much as this many from the blocked product. */
const PAIR_COST = 4;
/** Squared distances from norms and products are wrong by less than this share of the norms; bounds are lowered by it. */
const PRODUCT_ERROR = 1e-12;
/** Covers the rounding of adding up shifts. */
const BOUND_SLACK = 1 + 1e-9;

/** Source: Newling and Fleuret, "Fast k-means with accurate bounds", ICML 2016 (simplified Elkan). */
export class NearestCenters {
  /** Cluster of every sample after the last `assign`; -1 before. */
  labels: Int32Array<ArrayBuffer>;
  readonly #features: Matrix;
  readonly #norms: Float64Array;
  readonly #matMul: MatMul;
  readonly #yieldNow: () => Promise<void>;
  /** [n, K] lower bounds on the distance to each centre; empty before the first pass. */
  #lower: Float64Array = new Float64Array(0);
  #centers: Matrix | undefined;

  constructor(features: Matrix, matMul: MatMul, yieldNow: () => Promise<void>) {
    this.labels = new Int32Array(features.rows).fill(-1);
    this.#features = features;
    this.#norms = squaredRowNorms(features);
    this.#matMul = matMul;
    this.#yieldNow = yieldNow;
  }

  /**
   * Labels for the centres [K, d]. Ties go to the lower index, up to the rounding of distances.
   * The caller may move samples to other clusters in the array returned: bounds hold whatever the label.
   */
  async assign(centers: Matrix): Promise<Int32Array<ArrayBuffer>> {
    const previous = this.#centers;
    this.#centers = centers;
    if (previous === undefined) return this.#assignByProduct(centers);
    this.#loosen(previous, centers);
    const own = await this.#ownDistances(centers);
    let doubtful = 0;
    const k = centers.rows;
    for (let i = 0; i < this.#features.rows; i++) {
      const reach = (own[i] as number) * BOUND_SLACK;
      for (let j = i * k; j < (i + 1) * k; j++) if ((this.#lower[j] as number) <= reach) doubtful++;
    }
    if (doubtful * PAIR_COST > this.#lower.length) return this.#assignByProduct(centers);
    return this.#assignByPairs(centers, own);
  }

  /** Every centre that moved may have come that much nearer. */
  #loosen(previous: Matrix, centers: Matrix): void {
    const k = centers.rows;
    const shifts = Float64Array.from({ length: k }, (_, j) =>
      Math.sqrt(squaredDistance(previous, j, centers, j)),
    );
    for (let i = 0; i < this.#lower.length; i += k) {
      for (let j = 0; j < k; j++) this.#lower[i + j] = (this.#lower[i + j] as number) - (shifts[j] as number);
    }
  }

  async #ownDistances(centers: Matrix): Promise<Float64Array> {
    const own = new Float64Array(this.#features.rows);
    for (let i = 0; i < own.length; i++) {
      if (i % 256 === 0) await this.#yieldNow();
      own[i] = Math.sqrt(squaredDistance(this.#features, i, centers, this.labels[i] as number));
    }
    return own;
  }

  async #assignByProduct(centers: Matrix): Promise<Int32Array<ArrayBuffer>> {
    const n = this.#features.rows;
    const k = centers.rows;
    const distances = await squaredDistances(
      this.#features,
      this.#norms,
      centers,
      this.#matMul,
      this.#yieldNow,
    );
    const centerNorms = squaredRowNorms(centers);
    const labels = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      let best = 0;
      for (let j = 0; j < k; j++) {
        const at = i * k + j;
        if ((distances[at] as number) < (distances[i * k + best] as number)) best = j;
      }
      labels[i] = best;
    }
    for (let at = 0; at < distances.length; at++) {
      const norms = (this.#norms[Math.floor(at / k)] as number) + (centerNorms[at % k] as number);
      distances[at] = Math.sqrt(Math.max(0, (distances[at] as number) - PRODUCT_ERROR * norms));
    }
    this.#lower = distances;
    this.labels = labels;
    return labels;
  }

  async #assignByPairs(centers: Matrix, own: Float64Array): Promise<Int32Array<ArrayBuffer>> {
    const k = centers.rows;
    const labels = this.labels.slice();
    for (let i = 0; i < labels.length; i++) {
      if (i % 64 === 0) await this.#yieldNow();
      const start = labels[i] as number;
      let best = start;
      let nearest = own[i] as number;
      this.#lower[i * k + start] = nearest;
      for (let j = 0; j < k; j++) {
        if (j === start || (this.#lower[i * k + j] as number) > nearest * BOUND_SLACK) continue;
        const distance = Math.sqrt(squaredDistance(this.#features, i, centers, j));
        this.#lower[i * k + j] = distance;
        if (distance < nearest || (distance === nearest && j < best)) {
          best = j;
          nearest = distance;
        }
      }
      labels[i] = best;
    }
    this.labels = labels;
    return labels;
  }
}
