/** Scores by group as a figure: bars with intervals, hollow small groups, and the overall mean as reference. */
import { useState } from 'react';
import { Segmented } from '../ui/Segmented.tsx';
import { FigureCard } from './FigureCard.tsx';
import type { FigureFrame } from './figure-frame.ts';
import { GroupBarChart } from './GroupBarChart.tsx';
import { groupScoreTable, groupScoreWarnings } from './group-scores.ts';
import type { GroupScores } from './group-scores.ts';

const HEIGHT = 340;
const AXES = [
  { value: 'zero', label: '0 to 100%' },
  { value: 'zoomed', label: 'Zoomed' },
] as const;

export interface GroupBarFigureProps extends FigureFrame, GroupScores {
  /** Filters to a group's subjects. */
  readonly onSelect?: (groupKey: string) => void;
}

/** Dice (or IoU) of every class by group. Zooming turns bars into points, because a cut bar misleads. */
export function GroupBarFigure(props: GroupBarFigureProps) {
  const [isZoomed, setIsZoomed] = useState(false);
  return (
    <FigureCard
      {...props}
      controls={
        <>
          {props.controls}
          <Segmented
            label={`${props.metric} axis`}
            choices={AXES}
            value={isZoomed ? 'zoomed' : 'zero'}
            onChange={(value) => setIsZoomed(value === 'zoomed')}
          />
        </>
      }
      warnings={[...groupScoreWarnings(props), ...(props.warnings ?? [])]}
      table={groupScoreTable(props)}
      height={HEIGHT}
      renderChart={(width) => (
        <GroupBarChart
          scores={props}
          width={width}
          height={HEIGHT}
          isZoomed={isZoomed}
          onSelect={props.onSelect}
        />
      )}
    />
  );
}
