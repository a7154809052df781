/** The one card of every figure: statement, controls, chart or table, warnings in place, caption, export. */
import { useElementSize } from '@mantine/hooks';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useId, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Segmented } from '../ui/Segmented.tsx';
import { ExportMenu } from './ExportMenu.tsx';
import type { FigureFrame } from './figure-frame.ts';
import type { FigureTable } from './figure-table.ts';
import { TableTwin } from './TableTwin.tsx';
import classes from './FigureCard.module.css';

export interface FigureCardProps extends FigureFrame {
  readonly table: FigureTable;
  /** Height of the chart in CSS pixels; table, empty and loading states keep it, so that nothing jumps. */
  readonly height: number;
  /** Draws the chart, one `ChartSvg`, at a width in CSS pixels. */
  readonly renderChart: (width: number) => ReactNode;
  /** Adds to an exported copy of the SVG what the page draws on a canvas. */
  readonly completeSvg?: (copy: SVGSVGElement) => void;
}

const VIEWS = [
  { value: 'chart', label: 'Chart' },
  { value: 'table', label: 'Table' },
] as const;

/** Width before the first measurement, and where nothing is laid out. */
const DEFAULT_WIDTH = 640;
/** Below this a chart scrolls sideways instead of losing its labels. */
const MIN_WIDTH = 300;

/** A figure with its table twin and its exports. */
export function FigureCard(props: FigureCardProps) {
  const {
    title,
    caption,
    controls,
    warnings = [],
    status = { kind: 'ready' },
    table,
    height,
    renderChart,
  } = props;
  const titleId = useId();
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const { ref: stageRef, width } = useElementSize<HTMLDivElement>();
  const chartRef = useRef<HTMLDivElement>(null);
  const isReady = status.kind === 'ready';

  return (
    <figure className={classes['card']} aria-labelledby={titleId}>
      <div className={classes['header']}>
        <h3 id={titleId} className={classes['title']}>
          {title}
        </h3>
        {controls !== undefined && <div className={classes['controls']}>{controls}</div>}
        <div className={classes['actions']}>
          <Segmented
            label={`Show as: ${title}`}
            choices={VIEWS}
            value={view}
            disabled={!isReady}
            onChange={setView}
          />
          <ExportMenu
            isDisabled={!isReady}
            figure={() => ({
              ...props,
              svg: chartRef.current?.querySelector<SVGSVGElement>('svg[data-figure]') ?? null,
            })}
          />
        </div>
      </div>
      <div ref={stageRef} className={classes['stage']} style={{ height }}>
        {!isReady && (
          <p className={classes['message']} role={status.kind === 'loading' ? 'status' : undefined}>
            {status.message}
          </p>
        )}
        {isReady && (
          // The chart stays mounted behind the table so that it can be exported from there too.
          <div ref={chartRef} hidden={view === 'table'}>
            {renderChart(Math.max(MIN_WIDTH, Math.floor(width) || DEFAULT_WIDTH))}
          </div>
        )}
        {isReady && view === 'table' && (
          // A scrolling region must be reachable by the keyboard.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          <section className={classes['tableScroll']} aria-label={`Table: ${title}`} tabIndex={0}>
            <TableTwin table={table} caption={title} />
          </section>
        )}
      </div>
      {isReady && warnings.length > 0 && (
        <ul className={classes['warnings']} aria-label="Warnings">
          {warnings.map((warning) => (
            <li key={warning}>
              <IconAlertTriangle size={14} aria-hidden="true" />
              <span>{warning}</span>
            </li>
          ))}
        </ul>
      )}
      <figcaption className={classes['caption']}>{caption}</figcaption>
    </figure>
  );
}
