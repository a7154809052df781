/** Which segmenter and which extractor the other places use, and where models run. */
import { defaultModel } from '../../../models/zoo/registry.ts';
import { useMemo } from 'react';
import type { ModelReport, ModelRole, RunOn } from '../../../workers/api/compute.ts';
import { chooseModel, chooseRunOn } from '../../services/models.ts';
import { activeModelOf, initialModels } from '../../state/models.ts';
import { useStore } from '../../state/store.ts';
import { ChoiceSetting } from '../../ui/settings.tsx';
import { SettingsGroup } from '../../ui/SettingsGroup.tsx';

interface RoleSettingProps {
  readonly modelRole: ModelRole;
  readonly label: string;
  readonly reason: string;
}

/** The choice of one role; usable in other places too. */
export function RoleSetting({ modelRole: role, label, reason }: RoleSettingProps) {
  const models = useStore((state) => state.models);
  const active = activeModelOf(models, role);
  const choices = useMemo(() => {
    const ofRole = models.models.filter((model: ModelReport) => model.role === role);
    return ofRole.map(({ id, name }) => ({ value: id, label: name }));
  }, [models.models, role]);
  const embedded = models.models.find((model) => model.role === role && model.source === 'embedded');
  const waiting = [{ value: '', label: defaultModel(role).title }];
  return (
    <ChoiceSetting
      label={label}
      reason={reason}
      value={active?.id ?? ''}
      defaultValue={embedded?.id ?? active?.id ?? ''}
      choices={choices.length === 0 ? waiting : choices}
      onChange={(id) => chooseModel(role, id === '' ? null : id)}
    />
  );
}

const RUN_ON: readonly { readonly value: RunOn; readonly label: string }[] = [
  { value: 'automatic', label: 'Automatic' },
  { value: 'webgpu', label: 'WebGPU' },
  { value: 'wasm', label: 'WebAssembly' },
];

function RunOnSetting() {
  const runOn = useStore((state) => state.models.runOn);
  // Models are let go and loaded again: not below a job that may be using one.
  const isBusy = useStore((state) => state.jobs.running.some(({ place }) => place !== 'cohort'));
  return (
    <ChoiceSetting
      label="Run models on"
      reason="Automatic is WebGPU where there is one that is not much slower. A choice is kept to unless the self-test finds wrong numbers there, or the browser has none. Training needs WebGPU whatever is chosen."
      value={runOn}
      defaultValue={initialModels.runOn}
      choices={RUN_ON}
      disabled={isBusy}
      onChange={(choice) => void chooseRunOn(choice)}
    />
  );
}

/** The settings column. */
export function ModelSettings() {
  return (
    <>
      <InUse />
      <SettingsGroup title="Where models run">
        <RunOnSetting />
      </SettingsGroup>
    </>
  );
}

function InUse() {
  return (
    <SettingsGroup title="In use" note="Add a file to have a choice. Other places use what is chosen here.">
      <RoleSetting
        modelRole="segmenter"
        label="Segmenter"
        reason="Evaluate runs it over the images. The baseline is a floor to compare with."
      />
      <RoleSetting
        modelRole="extractor"
        label="Feature extractor"
        reason="Search measures distances between its feature vectors. Distances of different extractors do not compare."
      />
    </SettingsGroup>
  );
}
