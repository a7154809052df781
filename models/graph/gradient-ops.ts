/**
 * The operations that only training has: gradients, losses, and batch norm with the batch's own statistics. They are named
 * and closed like those of `ops.ts`, and every interpretation is a table over their kinds; no `Graph` can hold one.
 * An operation's inputs are all it reads: what must be kept for it is seen in the graph.
 */
import type { ElementGradients } from './gradient-ops/elements.ts';
import type { LossOperations } from './gradient-ops/losses.ts';
import type { MapGradients } from './gradient-ops/maps.ts';
import type { TokenGradients } from './gradient-ops/tokens.ts';
import type { OpKind, Operations } from './ops.ts';

export interface GradientOperations extends MapGradients, ElementGradients, TokenGradients, LossOperations {}

export type GradientKind = keyof GradientOperations;

/** The operations of a network as training runs them: `batchNormTraining` stands in for `batchNorm`. */
export type ForwardKind = Exclude<OpKind, 'batchNorm'>;

export type TrainingKind = ForwardKind | GradientKind;

/** The attributes of every `TrainingKind`. */
export interface TrainingOperations extends Operations, GradientOperations {}
