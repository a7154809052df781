/** Equity-scaled score, gap and worst group of every attribute, as a table that can be saved as CSV or LaTeX. */
import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { serializeLatex } from '../../charts/export-table.ts';
import { TableTwin } from '../../charts/TableTwin.tsx';
import { METRIC_LABELS, REGION_LABELS } from '../../state/evaluate-scores.ts';
import { useStore } from '../../state/store.ts';
import { formatCounted } from '../../ui/format.ts';
import { saveEquityCsv, saveEquityLatex } from '../../services/evaluate-export.ts';
import styles from './EvaluatePlace.module.css';
import { EQUITY_FORMULAS, equityTable, METRIC_FORMULAS, metricOf } from './figure-data.ts';
import type { Evaluation } from './use-evaluation.ts';

/** One row for every grouping of the cohort. */
export function EquityTableCard({ evaluation }: { readonly evaluation: Evaluation }) {
  const settings = useStore((state) => state.evaluate.settings);
  const groupings = useStore((state) => state.cohort.groupings);
  const { region, metric, definition, minGroupSize } = settings;
  const { view, run } = evaluation;
  const summary = view.status === 'done' ? metricOf(view.summary, region, metric) : undefined;
  const title = `Equity-scaled ${METRIC_LABELS[metric]} across attributes, ${REGION_LABELS[region].toLowerCase()}`;
  const caption =
    `${EQUITY_FORMULAS[definition]} (definition "${definition}"), I the mean ${METRIC_LABELS[metric]} of all ${formatCounted(evaluation.images.length, 'image')}, I_g of group g; scores as fractions, ${METRIC_FORMULAS[metric]}. ` +
    `Gap: largest minus smallest I_g, in percentage points. Groups under ${minGroupSize} images are left out. ` +
    `Equity-scaled scores of attributes with different numbers of groups are not comparable${definition === 'sum' ? ': the sum grows with the number of groups' : ''}.`;
  const table = summary === undefined ? undefined : equityTable(evaluation, summary, groupings, settings);
  return (
    <section className={styles['card']} aria-labelledby="equity-title">
      <div className={styles['cardHead']}>
        <h3 id="equity-title" className={styles['cardTitle']}>
          {title}
        </h3>
        <div className={styles['cardActions']}>
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            disabled={table === undefined}
            onClick={() => {
              if (table !== undefined) void saveEquityCsv(run, table);
            }}
          >
            CSV
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            disabled={table === undefined}
            onClick={() => {
              if (table === undefined) return;
              void saveEquityLatex(run, serializeLatex(table, `${title}. ${caption}`));
            }}
          >
            LaTeX
          </Button>
        </div>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={styles['wide']} aria-label={`Table: ${title}`} tabIndex={0}>
        {table === undefined ? (
          <output className={styles['small']}>Computing equity-scaled scores and intervals</output>
        ) : (
          <TableTwin table={table} caption={title} />
        )}
      </section>
      <p className={styles['small']}>{caption}</p>
    </section>
  );
}
