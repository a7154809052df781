/** The result in four numbers, each with what it is compared with, and the warnings that belong to them. */
import type { KeptSearch } from '../../state/search.ts';
import { formatCount, formatNumber, formatPercent } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import { Statement, Statements } from '../../ui/Statements.tsx';
import styles from './SearchPlace.module.css';

function Warnings({ kept }: { readonly kept: KeptSearch }) {
  const { result, features, sharedWithTestCount } = kept;
  const [firstFailure] = features.failures;
  return (
    <div className={styles['warnings']}>
      {result.warnings.map(({ code, message }) => (
        <Notice key={code} tone="warn">
          {message}
        </Notice>
      ))}
      {sharedWithTestCount > 0 && (
        <Notice tone="warn">
          {formatCount(sharedWithTestCount)} target images are test images too: a result on them is not an
          independent one. Search again with half of the target held out, and evaluate on the held-out half.
        </Notice>
      )}
      {firstFailure !== undefined && (
        <Notice tone="warn">
          {formatCount(features.failures.length)} samples have no features and took no part. The first:{' '}
          {firstFailure.message} <code>{firstFailure.code}</code>
        </Notice>
      )}
    </div>
  );
}

/** Its main numbers. */
export function ResultStatements({ kept }: { readonly kept: KeptSearch }) {
  const { result, heldOut } = kept;
  const { drawComparison: draws, selectionDistance, poolDistance, selectionKid, selectionDiversity } = result;
  const drawText =
    draws === null
      ? 'No random draws were made.'
      : `Random draws of N: mean ${formatNumber(draws.mean)}, SD ${formatNumber(draws.sd)}; z = ${formatNumber(draws.zScore, 3)}, percentile ${formatPercent(draws.belowFrac, 0)} of ${formatCount(draws.drawCount)}.`;
  return (
    <>
      <Statements>
        <Statement title="Fréchet distance, selection to target" value={formatNumber(selectionDistance)}>
          {drawText}
        </Statement>
        <Statement title="Fréchet distance, whole pool to target" value={formatNumber(poolDistance)}>
          {formatCount(result.poolCount)} samples; a larger set has less upward bias, so it does not compare
          directly with N = {formatCount(result.selected.length)}.
        </Statement>
        <Statement title="KID, selection to target" value={formatNumber(selectionKid)}>
          Unbiased squared kernel MMD, cubic polynomial kernel; near 0 or negative: not told apart.
        </Statement>
        <Statement title="Diversity of the selection" value={formatNumber(selectionDiversity, 3)}>
          Mean of 1 − correlation over pairs. A tight selection lowers the distance by shrinking its variance.
        </Statement>
        {heldOut.length > 0 && (
          <Statement title="Held-out half of the target" value={formatCount(heldOut.length)}>
            Not searched with; Evaluate offers it as a set of its own.
          </Statement>
        )}
      </Statements>
      <Warnings kept={kept} />
    </>
  );
}
