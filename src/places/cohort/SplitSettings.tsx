/** How subjects come to train, validation and test, and what of the lists did not match. */
import type { SplitAssignment } from '../../../core/cohort/splits.ts';
import type { RandomSplit } from '../../state/cohort.ts';
import { selectSplitAssignment, selectSplitCounts } from '../../state/cohort-selectors.ts';
import { update, useStore } from '../../state/store.ts';
import { formatCount, formatCounted } from '../../ui/format.ts';
import { ChoiceSetting, NumberSetting } from '../../ui/settings.tsx';
import { SettingsGroup } from '../../ui/SettingsGroup.tsx';
import styles from './CohortPlace.module.css';
import { NameList } from './NameList.tsx';

/** As large as FairSeg's: 2,000 of 10,000 for testing. */
const DEFAULT_RANDOM: RandomSplit = { shares: { validationFrac: 0, testFrac: 0.2 }, seed: 1 };

const SOURCES = [
  { value: 'names', label: 'Split lists, else folder names' },
  { value: 'random', label: 'Drawn at random' },
] as const;

function setRandom(randomSplit: RandomSplit | null): void {
  update('cohort', (cohort) => ({ ...cohort, randomSplit }));
}

function sourceSentence(assignment: SplitAssignment, isRandom: boolean): string {
  if (isRandom) return 'Drawn at random from the seed: the same for the same samples in any order.';
  if (assignment.source === 'lists')
    return 'From the split lists; a subject that no list names is unassigned.';
  if (assignment.source === 'folders') return 'From the names of the folders.';
  return 'No list and no folder names a split. Drop train.txt and test.txt, or draw at random.';
}

function RandomSettings({ random }: { readonly random: RandomSplit }) {
  const { shares, seed } = random;
  const percents = Math.round(100 * (shares.validationFrac + shares.testFrac));
  const problem = percents > 100 ? 'Validation and test together take more than 100%.' : undefined;
  return (
    <>
      <NumberSetting
        label="Test share"
        unit="%"
        reason="FairSeg keeps 2,000 of its 10,000 subjects, 20%, for testing."
        value={Math.round(100 * shares.testFrac)}
        defaultValue={20}
        min={0}
        max={100}
        problem={problem}
        onChange={(value) => setRandom({ ...random, shares: { ...shares, testFrac: value / 100 } })}
      />
      <NumberSetting
        label="Validation share"
        unit="%"
        reason="What is left after test and validation is for training. FairSeg has no validation split."
        value={Math.round(100 * shares.validationFrac)}
        defaultValue={0}
        min={0}
        max={100}
        onChange={(value) => setRandom({ ...random, shares: { ...shares, validationFrac: value / 100 } })}
      />
      <NumberSetting
        label="Seed of the split"
        reason="The same seed draws the same split again."
        value={seed}
        defaultValue={DEFAULT_RANDOM.seed}
        min={0}
        max={0xffffffff}
        onChange={(value) => setRandom({ ...random, seed: Math.round(value) })}
      />
    </>
  );
}

/** Source, counts and mismatches. */
export function SplitSettings() {
  const assignment = useStore(selectSplitAssignment);
  const counts = useStore(selectSplitCounts);
  const random = useStore(({ cohort }) => cohort.randomSplit);
  const { notFound, inSeveralLists, sharedNames } = assignment;
  return (
    <SettingsGroup title="Train and test">
      <ChoiceSetting
        label="Split"
        reason="Published splits come as lists of file names. A random split is never drawn unless it is asked for."
        value={random === null ? 'names' : 'random'}
        defaultValue="names"
        choices={SOURCES}
        onChange={(source) => setRandom(source === 'random' ? DEFAULT_RANDOM : null)}
      />
      <p className={styles['soft']}>{sourceSentence(assignment, random !== null)}</p>
      {random !== null && <RandomSettings random={random} />}
      <dl className={styles['counts']}>
        {(['train', 'validation', 'test', 'unassigned'] as const).map((split) => (
          <div key={split}>
            <dt>{split}</dt>
            <dd>{formatCount(counts[split])}</dd>
          </div>
        ))}
      </dl>
      {notFound.map(({ split, names }) => (
        <NameList
          key={split}
          summary={`${formatCounted(names.length, 'name')} of the ${split} list without a file`}
          names={names}
        />
      ))}
      {inSeveralLists.length > 0 && (
        <NameList
          summary={`${formatCounted(inSeveralLists.length, 'name')} in several lists, left unassigned`}
          names={inSeveralLists}
        />
      )}
      {sharedNames.length > 0 && (
        <NameList
          summary={`${formatCounted(sharedNames.length, 'listed name')} that several files have, left unassigned`}
          names={sharedNames}
        />
      )}
    </SettingsGroup>
  );
}
