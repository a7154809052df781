/** How codes are read: what they suggest, why, and the person's choice over it. */
import {
  type AgeUnit,
  type CodingDecision,
  explainAgeChoice,
  explainRaceChoice,
  type RaceCoding,
} from '../../../core/cohort/coding.ts';
import { selectCoding, selectCodingDecisions } from '../../state/cohort-selectors.ts';
import { update, useStore } from '../../state/store.ts';
import { Notice } from '../../ui/Notice.tsx';
import { ChoiceSetting } from '../../ui/settings.tsx';
import { SettingsGroup } from '../../ui/SettingsGroup.tsx';
import styles from './CohortPlace.module.css';

const RACE_CHOICES = [
  { value: 'card', label: 'Card: 0 Asian, 1 Black, 2 White' },
  { value: 'code', label: 'Code: 2 Asian, 3 Black, 7 White' },
] as const;
const AGE_CHOICES = [
  { value: 'years', label: 'Years' },
  { value: 'days', label: 'Days, divided by 365' },
] as const;

function chooseRace(race: RaceCoding, suggested: RaceCoding): void {
  update('cohort', (cohort) => {
    const { race: _before, ...others } = cohort.codingChoice;
    return { ...cohort, codingChoice: race === suggested ? others : { ...others, race } };
  });
}

function chooseAgeUnit(ageUnit: AgeUnit, suggested: AgeUnit): void {
  update('cohort', (cohort) => {
    const { ageUnit: _before, ...others } = cohort.codingChoice;
    return { ...cohort, codingChoice: ageUnit === suggested ? others : { ...others, ageUnit } };
  });
}

interface ReasonProps {
  readonly decision: CodingDecision<unknown>;
  /** What the person's own choice means; undefined where it is the decision's. */
  readonly ownChoice: string | undefined;
}

/** A contradiction is a warning, and so is a choice over what the codes suggest; an assumption is said plainly. */
function Reason({ decision, ownChoice }: ReasonProps) {
  if (ownChoice !== undefined) return <Notice tone="warn">{ownChoice}</Notice>;
  if (decision.status === 'conflict') return <Notice tone="warn">{decision.reason}</Notice>;
  return <p className={styles['soft']}>{decision.reason}</p>;
}

/** Race coding and unit of age; a change is seen at once everywhere. */
export function CodingSettings() {
  const decisions = useStore(selectCodingDecisions);
  const { race, ageUnit } = useStore(selectCoding);
  const { counts } = decisions;
  return (
    <SettingsGroup title="Codes">
      <ChoiceSetting
        label="Coding of recorded race"
        reason="Two codings are about, and a file alone does not tell which one it uses. The default is what the codes of the whole cohort suggest."
        value={race}
        defaultValue={decisions.race.value}
        choices={RACE_CHOICES}
        onChange={(chosen) => chooseRace(chosen, decisions.race.value)}
      />
      <Reason
        decision={decisions.race}
        ownChoice={race === decisions.race.value ? undefined : explainRaceChoice(counts, race)}
      />
      <ChoiceSetting
        label="Unit of age"
        reason="Some files hold years, others days. The default is what the values of the whole cohort suggest."
        value={ageUnit}
        defaultValue={decisions.ageUnit.value}
        choices={AGE_CHOICES}
        onChange={(chosen) => chooseAgeUnit(chosen, decisions.ageUnit.value)}
      />
      <Reason
        decision={decisions.ageUnit}
        ownChoice={ageUnit === decisions.ageUnit.value ? undefined : explainAgeChoice(counts, ageUnit)}
      />
    </SettingsGroup>
  );
}
