/** The figures of one grouping: means by group with intervals, and the distribution of single images. */
import { type Grouping, groupingId } from '../../../core/cohort/groups.ts';
import { GroupBarFigure } from '../../charts/GroupBarFigure.tsx';
import type { FigureStatus } from '../../charts/figure-frame.ts';
import { runProvenance } from '../../services/evaluate-export.ts';
import { describeRules, METRIC_LABELS, REGION_LABELS } from '../../state/evaluate-scores.ts';
import { useStore } from '../../state/store.ts';
import { formatCount } from '../../ui/format.ts';
import {
  EQUITY_FORMULAS,
  figureGroups,
  groupBars,
  groupingWarnings,
  METRIC_FORMULAS,
  metricOf,
  scoresOfGroup,
  titleInside,
} from './figure-data.ts';
import { ScoreDistributionFigure } from './ScoreDistributionFigure.tsx';
import type { Evaluation } from './use-evaluation.ts';
import { useWorstGroupFilter } from './use-worst-filter.ts';

const LOADING: FigureStatus = { kind: 'loading', message: 'Computing means and bootstrap intervals' };
const READY: FigureStatus = { kind: 'ready' };

/** Bars and distribution; a click on a group narrows the list of worst cases to it. */
export function GroupFigures({
  evaluation,
  grouping,
}: {
  readonly evaluation: Evaluation;
  readonly grouping: Grouping;
}) {
  const settings = useStore((state) => state.evaluate.settings);
  const { setGroup } = useWorstGroupFilter();
  const { region, metric, convention, definition, minGroupSize, resampleCount } = settings;
  const { view, images, groupings, run } = evaluation;
  const summary = view.status === 'done' ? view.summary : undefined;
  const position = groupings.findIndex(({ id }) => id === groupingId(grouping));
  const metricSummary = summary === undefined ? undefined : metricOf(summary, region, metric);
  const groupingSummary = metricSummary?.groupings[position];
  const bars = summary === undefined ? undefined : groupBars(evaluation, summary, grouping, settings);
  const name = METRIC_LABELS[metric];
  const partial = run.status === 'partial' ? ['Partial run: these are not all images of the set.'] : [];
  const rules =
    metricSummary === undefined ? '' : describeRules(convention, metricSummary.emptyRuleCounts, region);
  const empty = { metric: name, counted: 'images', minimumCount: minGroupSize, groups: [], panels: [] };
  const groups = groupingSummary === undefined ? [] : figureGroups(groupingSummary);
  return (
    <>
      <GroupBarFigure
        {...(bars ?? empty)}
        title={`${name} by ${titleInside(grouping)}`}
        fileName={`${metric}-by-${groupingId(grouping).replaceAll(/\W+/g, '-')}`}
        provenance={() => runProvenance(run)}
        status={bars === undefined ? LOADING : READY}
        warnings={[...partial, ...(groupingSummary === undefined ? [] : groupingWarnings(groupingSummary))]}
        caption={
          `Mean ${METRIC_FORMULAS[metric]} of ${formatCount(images.length)} images, one of each subject; overall is the mean of an image's rim and cup. ${rules} ` +
          `Intervals: 95% BCa bootstrap over subjects, ${formatCount(resampleCount)} resamples. ` +
          `${EQUITY_FORMULAS[definition]} (definition "${definition}"), over groups of at least ${minGroupSize}.`
        }
        onSelect={(key) => setGroup({ groupingId: groupingId(grouping), group: Number(key) })}
      />
      <ScoreDistributionFigure
        title={`${name} of single images by ${titleInside(grouping)}, ${REGION_LABELS[region].toLowerCase()}`}
        fileName={`${metric}-${region}-distribution-by-${groupingId(grouping).replaceAll(/\W+/g, '-')}`}
        provenance={() => runProvenance(run)}
        status={bars === undefined ? LOADING : READY}
        caption={`${METRIC_FORMULAS[metric]} of every image. Box: quartiles with the median; whiskers: 5th to 95th percentile (linear interpolation). Groups with fewer than 40 images show every image, larger ones the images beyond the whiskers. ${rules}`}
        metric={name}
        rows={groups.map((group) => ({
          group,
          values: scoresOfGroup(evaluation, groupingId(grouping), group.styleIndex, region, metric),
        }))}
        minimumCount={minGroupSize}
      />
    </>
  );
}
