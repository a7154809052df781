/**
 * Small models that exercise every operation at odd sizes, for the tests of each lowering and the check of a user's adapter. A table over `OpKind`:
 * an operation without a case does not compile.
 */
import type { OpKind } from '../graph/ops.ts';
import { elementCases } from './op-cases/elements.ts';
import { mapCases } from './op-cases/maps.ts';
import { tokenCases } from './op-cases/tokens.ts';
import type { OpCase } from './op-cases/op-case.ts';

const cases: Readonly<Record<OpKind, readonly OpCase[]>> = { ...mapCases, ...elementCases, ...tokenCases };

export const opCases: readonly OpCase[] = Object.values(cases).flat();
