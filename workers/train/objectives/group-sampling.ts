/** The order in which a run sees its images: each once an epoch, or every group equally often. Seeded. */
import { permutation, type Random } from '../../../core/random.ts';

/** Draws indices of images one after the other, without end. */
export interface ImageOrder {
  next(): number;
}

/** Goes through the images in random order, again and again in a new one. `images` must not be empty. */
function shuffledOrder(images: readonly number[], random: Random): ImageOrder {
  let order: Uint32Array = new Uint32Array();
  let at = 0;
  return {
    next() {
      if (at === order.length) {
        order = permutation(images.length, random);
        at = 0;
      }
      return images[order[at++] as number] as number;
    },
  };
}

/** Every image once an epoch, in a new random order each. */
export function epochOrder(imageCount: number, random: Random): ImageOrder {
  return shuffledOrder(
    Array.from({ length: imageCount }, (_, index) => index),
    random,
  );
}

/**
 * Every group equally often: in turns, in a new random order of the groups each round, and within a group every image once
 * before any again. Groups without images take no part; the images of unknown group count as one group more.
 * `groups` holds the group of each image. Source: group-balanced sampling as in Idrissi et al., "Simple data balancing
 * achieves competitive worst-group accuracy", 2022, with turns in place of independent draws, which has less variance.
 */
export function balancedOrder(groups: readonly number[], random: Random): ImageOrder {
  const members = new Map<number, number[]>();
  for (const [image, group] of groups.entries()) members.set(group, [...(members.get(group) ?? []), image]);
  const orders = [...members]
    .toSorted(([a], [b]) => a - b)
    .map(([, images]) => shuffledOrder(images, random));
  const turns = shuffledOrder(
    orders.map((_, index) => index),
    random,
  );
  return { next: () => (orders[turns.next()] as ImageOrder).next() };
}
