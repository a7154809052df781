/** How a run is watched, kept and fitted into memory. */
import { RECOMPUTATIONS, WEIGHT_STORAGES } from '../../../workers/train/plan/plan.ts';
import { selectIsSamed } from '../../state/train-selectors.ts';
import { useStore } from '../../state/store.ts';
import { ChoiceSetting, NumberSetting } from '../../ui/settings.tsx';
import { SettingsGroup } from '../../ui/SettingsGroup.tsx';
import { useTrainNumber, useTrainSetting } from './use-settings.ts';

const RECOMPUTATION_LABELS = {
  auto: 'What fits, fastest first',
  none: 'None: keep everything',
  hidden: 'Hidden layers of the MLPs',
  blocks: 'Whole blocks: least memory',
} as const;

const STORAGE_LABELS = { f32: '32-bit', f16: '16-bit: half the memory' } as const;

/** Settings of validation, checkpoints and memory. */
export function RunSettings() {
  const of = useTrainSetting();
  const number = useTrainNumber();
  const isSamed = useStore(selectIsSamed);
  return (
    <>
      <SettingsGroup title="Validation and checkpoints">
        <NumberSetting
          {...number('validateEverySteps')}
          label="Validate every"
          unit="steps, 0 for never"
          reason="Dice of rim, cup and disc on the validation set, and the overlays, at the network's side."
        />
        <NumberSetting
          {...number('patience')}
          label="Patience"
          unit="validations, 0 for none"
          reason="Ends the run after so many validations without a better Dice. The published runs stop by epoch instead."
        />
        <NumberSetting
          {...number('checkpointEverySteps')}
          label="Checkpoint every"
          unit="steps"
          reason="What a crash, a lost GPU or a closed tab can cost. Going on from a checkpoint gives the same numbers."
        />
      </SettingsGroup>
      <SettingsGroup title="Memory">
        <NumberSetting
          {...number('memoryMebibytes')}
          label="GPU memory to use"
          unit="MiB"
          step={256}
          reason="WebGPU does not tell how much there is. Too much ends in a lost device, too little only costs time. 1 MiB is 1.05 MB."
        />
        <ChoiceSetting
          {...of('recomputation')}
          label="Recomputation"
          reason="What is made again while gradients are computed instead of being kept. The numbers are the same."
          choices={(['auto', ...RECOMPUTATIONS] as const).map((value) => ({
            value,
            label: RECOMPUTATION_LABELS[value],
          }))}
        />
        <NumberSetting
          {...number('microBatch')}
          label="Images at once"
          unit="0 for what fits"
          reason="A batch is gathered of parts of this many images; the gradients are summed."
        />
        {isSamed && of('trainable').value !== 'all' && (
          <ChoiceSetting
            {...of('frozenWeights')}
            label="Frozen weights"
            reason="How the matrices that are not trained are stored on the GPU. Published: 32-bit. In 16-bit they are rounded to 11 significant bits; everything is still computed in 32-bit. What was trained so is evaluated, searched with and exported as ONNX with the rounded ones too, in an encoder of its own."
            choices={WEIGHT_STORAGES.map((value) => ({ value, label: STORAGE_LABELS[value] }))}
          />
        )}
      </SettingsGroup>
    </>
  );
}
