/** One or more quantities over the steps of a run, live or past, as a figure. */
import { FigureCard } from './FigureCard.tsx';
import { extendCaption, type FigureFrame } from './figure-frame.ts';
import { describeLines, type LineData, lineTable } from './line-figure.ts';
import { LineChart } from './LineChart.tsx';

const HEIGHT = 280;

export interface LineFigureProps extends FigureFrame, LineData {}

/** Lines that grow without jumps: axes end at round numbers. Up to 20,000 points a line are thinned when drawn. */
export function LineFigure(props: LineFigureProps) {
  return (
    <FigureCard
      {...props}
      caption={extendCaption(props, describeLines(props))}
      table={lineTable(props)}
      height={HEIGHT}
      renderChart={(width) => <LineChart data={props} width={width} height={HEIGHT} />}
    />
  );
}
