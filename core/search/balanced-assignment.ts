/**
 * The cheapest assignment of samples to clusters with a least and a greatest size each, solved exactly: samples enter one by
 * one along shortest augmenting paths in the residual graph of the clusters (min-cost flow with potentials).
 */
import { invariant, WorkbenchError } from '../errors.ts';

export interface SizeBounds {
  readonly least: number;
  readonly greatest: number;
}

/** Sizes floor(n / K) to ceil(n / K): as equal as n allows. */
export function equalSizes(sampleCount: number, clusterCount: number): SizeBounds {
  const least = Math.floor(sampleCount / clusterCount);
  return { least, greatest: least * clusterCount === sampleCount ? least : least + 1 };
}

/** The residual graph: which member of j moves to l at the lowest extra cost, and potentials that keep reduced costs >= 0. */
class ClusterGraph {
  readonly labels: Int32Array<ArrayBuffer>;
  readonly members: number[][];
  readonly #costs: Float64Array;
  readonly #k: number;
  readonly #moveCost: Float64Array;
  readonly #mover: Int32Array;
  readonly #potential: Float64Array;
  readonly #distance: Float64Array;
  readonly #previous: Int32Array;
  readonly #settled: Uint8Array;

  constructor(costs: Float64Array, n: number, k: number) {
    this.labels = new Int32Array(n).fill(-1);
    this.members = Array.from({ length: k }, () => []);
    this.#costs = costs;
    this.#k = k;
    this.#moveCost = new Float64Array(k * k).fill(Infinity);
    this.#mover = new Int32Array(k * k).fill(-1);
    this.#potential = new Float64Array(k);
    this.#distance = new Float64Array(k);
    this.#previous = new Int32Array(k);
    this.#settled = new Uint8Array(k);
  }

  /** Adds a sample along the cheapest path that ends in a cluster with fewer than `capacity` members. */
  insert(sample: number, capacity: number): void {
    const end = this.#shortestPath(sample, capacity);
    const changed: number[] = [];
    let cluster = end;
    while ((this.#previous[cluster] as number) >= 0) {
      const from = this.#previous[cluster] as number;
      const mover = this.#mover[from * this.#k + cluster] as number;
      const list = this.members[from] as number[];
      list.splice(list.indexOf(mover), 1);
      (this.members[cluster] as number[]).push(mover);
      this.labels[mover] = cluster;
      changed.push(cluster);
      cluster = from;
    }
    (this.members[cluster] as number[]).push(sample);
    this.labels[sample] = cluster;
    changed.push(cluster);
    for (const each of changed) this.#refresh(each);
  }

  /** Dijkstra over reduced costs, stopped at the sink; updates the potentials and returns the last cluster of the path. */
  #shortestPath(sample: number, capacity: number): number {
    const k = this.#k;
    const distance = this.#distance;
    const potential = this.#potential;
    // The sink's potential is the lowest of the clusters with room: their arcs to it then cost at least 0.
    let sinkPotential = Infinity;
    for (let j = 0; j < k; j++) {
      distance[j] = (this.#costs[sample * k + j] as number) - (potential[j] as number);
      if (this.#hasRoom(j, capacity)) sinkPotential = Math.min(sinkPotential, potential[j] as number);
    }
    this.#previous.fill(-1);
    this.#settled.fill(0);
    let end = -1;
    let endDistance = Infinity;
    for (;;) {
      let j = -1;
      for (let c = 0; c < k; c++) {
        if (this.#settled[c] === 0 && (j < 0 || (distance[c] as number) < (distance[j] as number))) j = c;
      }
      if (j < 0 || (distance[j] as number) >= endDistance) break;
      this.#settled[j] = 1;
      if (this.#hasRoom(j, capacity)) {
        const toSink = (distance[j] as number) + (potential[j] as number) - sinkPotential;
        if (toSink < endDistance) {
          endDistance = toSink;
          end = j;
        }
      }
      this.#relax(j);
    }
    invariant(end >= 0, 'no cluster has room although the sizes add up');
    for (let c = 0; c < k; c++) {
      potential[c] = (potential[c] as number) + Math.min(distance[c] as number, endDistance);
    }
    return end;
  }

  #relax(j: number): void {
    const k = this.#k;
    const base = (this.#distance[j] as number) + (this.#potential[j] as number);
    for (let l = 0; l < k; l++) {
      if (this.#settled[l] === 1) continue;
      const candidate = base + (this.#moveCost[j * k + l] as number) - (this.#potential[l] as number);
      if (candidate < (this.#distance[l] as number)) {
        this.#distance[l] = candidate;
        this.#previous[l] = j;
      }
    }
  }

  #hasRoom(cluster: number, capacity: number): boolean {
    return (this.members[cluster] as number[]).length < capacity;
  }

  /** Recomputes the cheapest moves out of a cluster whose members changed. */
  #refresh(j: number): void {
    const k = this.#k;
    const costs = this.#costs;
    const start = j * k;
    this.#moveCost.fill(Infinity, start, start + k);
    for (const member of this.members[j] as number[]) {
      const row = member * k;
      const here = costs[row + j] as number;
      for (let l = 0; l < k; l++) {
        const extra = (costs[row + l] as number) - here;
        if (extra < (this.#moveCost[start + l] as number)) {
          this.#moveCost[start + l] = extra;
          this.#mover[start + l] = member;
        }
      }
    }
  }
}

/**
 * Labels of least total cost with every cluster's size within the bounds.
 * Shapes: `costs` [n, K] row-major, finite; result [n].
 * Errors: `search/bad-settings` when no sizes within the bounds add up to n; the signal's reason through `yieldNow`.
 * Cost: n (path length) (members x K) for the moves and at most n K^2 for the paths; a sample whose best cluster has room costs K.
 * Why least sizes first: filling them is worth more than any cost, so the first K x least samples may only end in clusters
 * below their least size; each step keeps the flow so far optimal (Ahuja, Magnanti and Orlin, Network Flows, section 9.7).
 */
export async function assignWithSizes(
  costs: Float64Array,
  clusterCount: number,
  sizes: SizeBounds,
  yieldNow: () => Promise<void>,
): Promise<Int32Array<ArrayBuffer>> {
  const n = costs.length / clusterCount;
  const { least, greatest } = sizes;
  if (least * clusterCount > n || greatest * clusterCount < n) {
    throw new WorkbenchError(
      'search/bad-settings',
      `${n} samples cannot form ${clusterCount} clusters of ${least} to ${greatest} samples each.`,
      { context: { sampleCount: n, clusterCount, least, greatest } },
    );
  }
  const graph = new ClusterGraph(costs, n, clusterCount);
  const firstCount = least * clusterCount;
  for (let sample = 0; sample < n; sample++) {
    await yieldNow();
    graph.insert(sample, sample < firstCount ? least : greatest);
  }
  return graph.labels;
}
