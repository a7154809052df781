/** Where samples come from: pickers, the demo cohort's settings, and clearing. */
import { Button } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { tryDemoCohort } from '../../services/cohort.ts';
import { DEFAULT_DEMO_COUNT, DEMO_COUNTS, DEMO_SEED, type CohortView } from '../../state/cohort-view.ts';
import { syntheticCountOf } from '../../state/cohort.ts';
import { update, useStore } from '../../state/store.ts';
import { formatCount, formatCounted } from '../../ui/format.ts';
import { lazyPart } from '../../ui/lazy-part.tsx';
import { ChoiceSetting, NumberSetting } from '../../ui/settings.tsx';
import { SettingsGroup } from '../../ui/SettingsGroup.tsx';
import { WhenOpened } from '../../ui/WhenOpened.tsx';
import styles from './CohortPlace.module.css';
import { PickButtons } from './PickButtons.tsx';

const ClearDialog = lazyPart(async () => (await import('./ClearDialog.tsx')).ClearDialog);

const COUNT_CHOICES = DEMO_COUNTS.map((count) => ({
  value: String(count),
  label: formatCounted(count, 'subject'),
}));

function setView(change: Partial<CohortView>): void {
  update('cohort', (cohort) => ({ ...cohort, view: { ...cohort.view, ...change } }));
}

function DemoSettings() {
  const count = useStore(({ cohort }) => cohort.view.demoCount);
  const seed = useStore(({ cohort }) => cohort.view.demoSeed);
  return (
    <SettingsGroup
      title="Demo cohort"
      note="Synthetic fundus-like images, drawn in this browser from the seed: the same for everybody."
    >
      <ChoiceSetting
        label="Subjects"
        reason="From 600 on, the test split has ten subjects of every recorded race, enough for equity-scaled scores. Two cores draw about twenty a second; 10,000 are as many as FairSeg has."
        value={String(count)}
        defaultValue={String(DEFAULT_DEMO_COUNT)}
        choices={COUNT_CHOICES}
        onChange={(value) => setView({ demoCount: Number(value) })}
      />
      <NumberSetting
        label="Seed"
        reason="Another seed draws other subjects. 1 is the cohort that everybody sees first."
        value={seed}
        defaultValue={DEMO_SEED}
        min={0}
        max={0xffffffff}
        onChange={(value) => setView({ demoSeed: Math.round(value) })}
      />
    </SettingsGroup>
  );
}

/** With a cohort: what it is, more folders, clearing. Without: the pickers of the page and the demo's settings. */
export function SampleSettings() {
  const [isAsking, setIsAsking] = useState(false);
  const records = useStore(({ cohort }) => cohort.records);
  const recordCount = records.length;
  const syntheticCount = useMemo(() => syntheticCountOf(records), [records]);
  const rejectedCount = useStore(({ cohort }) => cohort.rejected.length);
  const demo = useStore(({ cohort }) => cohort.demo);
  const isReading = useStore(({ jobs }) => jobs.running.some(({ place }) => place === 'cohort'));
  const hasDemoLeft = demo !== null && recordCount < demo.count && !isReading;
  if (recordCount === 0 && rejectedCount === 0) return <DemoSettings />;
  return (
    <>
      <SettingsGroup
        title="Samples"
        {...(syntheticCount === 0
          ? {}
          : {
              note:
                demo === null
                  ? `${formatCount(syntheticCount)} of ${formatCounted(recordCount, 'subject')} are synthetic, of a demo cohort.`
                  : `Demo cohort of ${formatCount(demo.count)} synthetic subjects, seed ${demo.seed}.`,
            })}
      >
        <div className={styles['buttons']}>
          <PickButtons />
          {hasDemoLeft && recordCount > 0 && (
            <Button variant="default" onClick={() => void tryDemoCohort(demo)}>
              Draw the rest of the demo cohort
            </Button>
          )}
          <Button
            variant="default"
            leftSection={<IconTrash size={15} aria-hidden />}
            onClick={() => setIsAsking(true)}
          >
            Clear the cohort…
          </Button>
        </div>
        <WhenOpened opened={isAsking} onClose={() => setIsAsking(false)}>
          {(opened) => <ClearDialog opened={opened} onClose={() => setIsAsking(false)} />}
        </WhenOpened>
      </SettingsGroup>
      {recordCount === 0 && <DemoSettings />}
    </>
  );
}
