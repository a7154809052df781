/** The settings column: what is evaluated, how images are prepared, and how scores are made. */
import { CONVENTIONS } from '../../../core/segmentation/overlap.ts';
import { groupingId } from '../../../core/cohort/groups.ts';
import { EVALUATION_SETS, METRICS, SCORED_REGIONS } from '../../state/evaluate.ts';
import { METRIC_LABELS, REGION_LABELS } from '../../state/evaluate-scores.ts';
import { selectHeldOut, SET_LABELS } from '../../state/evaluate-set.ts';
import { activeModelOf } from '../../state/models.ts';
import { recordedTitle } from '../../state/search-plan.ts';
import { useStore } from '../../state/store.ts';
import { ChoiceSetting, NumberSetting, SwitchSetting } from '../../ui/settings.tsx';
import { SettingsGroup } from '../../ui/SettingsGroup.tsx';
import { useEvaluateSetting } from './use-settings.ts';

function RunSettings() {
  const of = useEvaluateSetting();
  const heldOut = useStore(selectHeldOut);
  const preset = useStore((state) => state.evaluate.settings.preset);
  const side = useStore((state) => state.evaluate.settings.side);
  const segmenter = useStore((state) => activeModelOf(state.models, 'segmenter'));
  const wantedSide = segmenter?.input.side ?? side;
  return (
    <SettingsGroup title="Next run" note="Images that pass the cohort's filter are taken.">
      <ChoiceSetting
        {...of('set')}
        label="Images"
        reason="The test split keeps training images out of the scores. After a search that held out half of its target, the half it looked at is left out too, because scores on it would leak."
        choices={EVALUATION_SETS.map((value) => ({
          value,
          label: SET_LABELS[value],
          disabled: value === 'held-out' && heldOut.length === 0,
        }))}
      />
      <NumberSetting
        {...of('crop')}
        label="Centre crop"
        unit="px, 0 for none"
        min={0}
        max={4096}
        reason="The published pipeline crops SLO images to 512 and OCT fundus images to 420 before resizing."
      />
      <NumberSetting
        {...of('side')}
        label="Network input"
        unit="px"
        min={32}
        max={2048}
        problem={wantedSide === side ? undefined : `${segmenter?.name} takes ${wantedSide} px only.`}
        reason="Side of the square that the network sees, and the size at which its masks are compared. 512 is SAMed's default; a segmenter made for one size takes no other."
      />
      <ChoiceSetting
        {...of('preset')}
        label="Preprocessing"
        reason={
          preset === 'corrected'
            ? 'Corrected: small images are kept whole and the last row and column are not zeroed. Choose published to repeat the papers exactly.'
            : 'Published: repeats the wrap-around crop of small images and the zeroed edge of the papers. Corrected avoids both.'
        }
        choices={[
          { value: 'corrected', label: 'Corrected' },
          { value: 'published', label: 'Published' },
        ]}
      />
    </SettingsGroup>
  );
}

function ShownSettings() {
  const of = useEvaluateSetting();
  const groupings = useStore((state) => state.cohort.groupings);
  return (
    <SettingsGroup title="Shown scores" note="These change what is shown at once; no run is made again.">
      <ChoiceSetting
        {...of('groupingId')}
        label="Group by"
        reason="Any attribute, age bins or intersection; new ones are made in Cohort."
        choices={groupings.map((grouping) => ({
          value: groupingId(grouping),
          label: recordedTitle(grouping),
        }))}
      />
      <ChoiceSetting
        {...of('metric')}
        label="Metric"
        reason="Dice = 2|P∩G| / (|P| + |G|), IoU = |P∩G| / |P∪G|; both from the same pixel counts."
        choices={METRICS.map((value) => ({ value, label: METRIC_LABELS[value] }))}
      />
      <ChoiceSetting
        {...of('region')}
        label="Region"
        reason="Overall is the mean of rim and cup of an image, the published convention; disc is reported beside it."
        choices={SCORED_REGIONS.map((value) => ({ value, label: REGION_LABELS[value] }))}
      />
      <ChoiceSetting
        {...of('convention')}
        label="Empty masks"
        reason="Published: an empty prediction scores 0, an empty truth with a prediction 1. Strict: both empty 1, exactly one empty 0."
        choices={CONVENTIONS.map((value) => ({
          value,
          label: value === 'published' ? 'Published' : 'Strict',
        }))}
      />
      <SwitchSetting
        {...of('obeyFilter')}
        label="Obey the cohort's filter"
        reason="Shows only images whose subjects pass the filter now. Off: all images of the run."
      />
    </SettingsGroup>
  );
}

function EquitySettings() {
  const of = useEvaluateSetting();
  return (
    <SettingsGroup title="Equity-scaled score">
      <ChoiceSetting
        {...of('definition')}
        label="Definition"
        reason="Papers mix three: the sum of |I − I_g| (released code, the default), the sample SD (first version of the paper), the population SD (other benchmarks)."
        choices={[
          { value: 'sum', label: 'Sum of differences' },
          { value: 'sd', label: 'Sample SD' },
          { value: 'pop-sd', label: 'Population SD' },
        ]}
      />
      <NumberSetting
        {...of('minGroupSize')}
        label="Smallest group"
        unit="images"
        min={1}
        max={10000}
        reason="Groups with fewer images are drawn hollow and left out of equity-scaled score and gap."
      />
      <NumberSetting
        {...of('resampleCount')}
        label="Bootstrap resamples"
        min={100}
        max={20000}
        step={100}
        reason="2,000 give intervals that are stable to about a tenth of their width."
      />
      <NumberSetting
        {...of('seed')}
        label="Seed"
        min={0}
        max={4294967295}
        reason="The same seed gives the same intervals."
      />
    </SettingsGroup>
  );
}

/** Settings of the next run above those of what is shown. */
export function EvaluateSettings() {
  return (
    <>
      <RunSettings />
      <ShownSettings />
      <EquitySettings />
    </>
  );
}
