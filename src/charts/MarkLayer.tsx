/**
 * Invisible areas over the marks of a chart: hover and focus show the numbers, a click or Enter selects.
 * They lie beside the SVG, not in it, because an image may hold no controls.
 */
import { useState } from 'react';
import type { KeyboardEvent } from 'react';
import classes from './FigureCard.module.css';

/** The area of one mark in CSS pixels of the chart, and what its tooltip says. */
export interface Mark {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Where the tooltip points; the top centre of the area unless given. */
  readonly tipX?: number;
  readonly tipY?: number;
  /** First line names the mark, the others give n, value and interval. */
  readonly lines: readonly string[];
  /** What a click or Enter does; all marks of a chart have it or none. */
  readonly onSelect?: (() => void) | undefined;
}

/** Half the widest tooltip, and the height of one of its lines, in pixels. */
const TIP_HALF_WIDTH = 120;
const TIP_LINE_HEIGHT = 17;

const STEP_OF_KEY: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1,
};

/** The tooltip of a mark, kept inside the chart's width. */
export function MarkTip({ mark, width }: { readonly mark: Mark; readonly width: number }) {
  const x = mark.tipX ?? mark.x + mark.width / 2;
  const y = mark.tipY ?? mark.y;
  const half = Math.min(TIP_HALF_WIDTH, width / 2);
  const isBelow = y < (mark.lines.length + 1) * TIP_LINE_HEIGHT;
  return (
    <div
      className={classes['tip']}
      data-below={isBelow || undefined}
      style={{ left: Math.min(Math.max(x, half), width - half), top: isBelow ? y + 8 : y - 8 }}
    >
      {mark.lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </div>
  );
}

export interface MarkLayerProps {
  readonly marks: readonly Mark[];
  readonly width: number;
}

/** Areas over marks. With `onSelect` they are buttons with one tab stop and arrow keys; without it the table holds the numbers for the keyboard. */
export function MarkLayer({ marks, width }: MarkLayerProps) {
  const [activeId, setActiveId] = useState<string>();
  const [stopId, setStopId] = useState<string>();
  if (marks.length === 0) return null;
  const active = marks.find((mark) => mark.id === activeId);
  const stop = marks.find((mark) => mark.id === stopId) ?? marks[0];

  const moveFocus = (event: KeyboardEvent<HTMLElement>): void => {
    const step = STEP_OF_KEY[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...event.currentTarget.querySelectorAll('button')];
    const index = buttons.findIndex((button) => button === document.activeElement);
    buttons[(index + step + buttons.length) % buttons.length]?.focus();
  };

  const areaProps = (mark: Mark) => ({
    className: classes['mark'],
    style: { left: mark.x, top: mark.y, width: mark.width, height: mark.height },
    onPointerEnter: () => setActiveId(mark.id),
    onPointerLeave: () => setActiveId(undefined),
  });

  return (
    <>
      {marks[0]?.onSelect === undefined ? (
        <div aria-hidden="true">
          {marks.map((mark) => (
            <div key={mark.id} {...areaProps(mark)} />
          ))}
        </div>
      ) : (
        <div
          role="toolbar"
          tabIndex={-1}
          aria-label="Marks of the chart: arrow keys move, Enter selects"
          onKeyDown={moveFocus}
        >
          {marks.map((mark) => (
            <button
              key={mark.id}
              type="button"
              tabIndex={mark === stop ? 0 : -1}
              aria-label={mark.lines.join(', ')}
              {...areaProps(mark)}
              onFocus={() => {
                setActiveId(mark.id);
                setStopId(mark.id);
              }}
              onBlur={() => setActiveId(undefined)}
              onClick={mark.onSelect}
            />
          ))}
        </div>
      )}
      {active !== undefined && <MarkTip mark={active} width={width} />}
    </>
  );
}
