/** Loss, optimiser, schedule and images of a step: the recipe, with the published defaults. */
import { ChoiceSetting, NumberSetting, SwitchSetting } from '../../ui/settings.tsx';
import { SettingsGroup } from '../../ui/SettingsGroup.tsx';
import { useTrainNumber, useTrainSetting } from './use-settings.ts';

function LossSettings() {
  const number = useTrainNumber();
  return (
    <SettingsGroup title="Loss">
      <NumberSetting
        {...number('crossEntropyWeight')}
        label="Weight of cross-entropy"
        decimals={3}
        step={0.1}
        reason="Published for SAMed: 0.2 of cross-entropy and 0.8 of Dice, on logits at a quarter of the side; for TransUNet 0.5 of each, at the whole side."
      />
      <NumberSetting
        {...number('diceWeight')}
        label="Weight of the Dice loss"
        decimals={3}
        step={0.1}
        reason="Mean over background, rim and cup of 1 − Dice of the whole batch."
      />
    </SettingsGroup>
  );
}

function OptimizerSettings() {
  const of = useTrainSetting();
  const number = useTrainNumber();
  const optimizer = of('optimizer');
  return (
    <SettingsGroup title="Optimiser">
      <ChoiceSetting
        {...optimizer}
        label="Optimiser"
        reason="Published for SAMed: AdamW with β 0.9 and 0.999; SGD with momentum is TransUNet's."
        choices={[
          { value: 'adamw', label: 'AdamW' },
          { value: 'sgd', label: 'SGD with momentum' },
        ]}
      />
      <NumberSetting
        {...number('learningRate')}
        label="Learning rate"
        decimals={6}
        step={0.0005}
        reason="The highest one, after the warm-up. Published: 0.005 for plain SAMed, 0.0005 for its FEBS phase, 0.01 for TransUNet."
      />
      <NumberSetting
        {...number('weightDecay')}
        label="Weight decay"
        decimals={5}
        step={0.01}
        reason="AdamW decays weights apart from the gradient. Published: 0.1 for SAMed, 0.0001 for TransUNet with SGD."
      />
      {optimizer.value === 'sgd' && (
        <NumberSetting
          {...number('momentum')}
          label="Momentum"
          decimals={3}
          step={0.05}
          reason="Share of the last update that is kept. Published for TransUNet: 0.9."
        />
      )}
      <NumberSetting
        {...number('warmUpStepCount')}
        label="Warm-up"
        unit="steps"
        reason="The learning rate rises evenly from 0. Published: 250 steps; a short run wants fewer."
      />
    </SettingsGroup>
  );
}

function LengthSettings() {
  const of = useTrainSetting();
  const number = useTrainNumber();
  return (
    <SettingsGroup title="Length and batches">
      <NumberSetting
        {...number('epochCount')}
        label="Epochs"
        unit="passes over the training set"
        reason="Published early stop: 10, 5 and 3 epochs for 100, 500 and 1,000 images."
      />
      <NumberSetting
        {...number('decayEpochCount')}
        label="Epochs of the decay"
        unit="epochs"
        reason="The learning rate falls as (1 − step / steps)^0.9 over this many epochs; the published runs stop before its end."
      />
      <NumberSetting
        {...number('batchSize')}
        label="Batch"
        unit="images a step"
        reason="Published: 24 (FairSeg), 28 (search paper), 42 (FEBS). What does not fit into memory at once is accumulated; the batch norms of a TransUNet need all of it at once."
      />
      <SwitchSetting
        {...of('isAugmented')}
        label="Augmentation"
        reason="Half of the images are turned by quarters and mirrored, of the others half are rotated by up to 20°. Follows from the seed."
      />
      <ChoiceSetting
        {...of('preset')}
        label="Preprocessing"
        reason="Corrected keeps small images whole and the last row and column; published repeats the papers exactly."
        choices={[
          { value: 'corrected', label: 'Corrected' },
          { value: 'published', label: 'Published' },
        ]}
      />
      <NumberSetting
        {...number('crop')}
        label="Centre crop"
        unit="px, 0 for none"
        reason="Before the resize to the network's side. Published: 512 for SLO images."
      />
      <NumberSetting
        {...number('seed')}
        label="Seed"
        reason="Order, augmentation and initial weights follow from it: the same seed gives the same run on one GPU."
      />
    </SettingsGroup>
  );
}

/** The recipe. */
export function RecipeSettings() {
  return (
    <>
      <LossSettings />
      <OptimizerSettings />
      <LengthSettings />
    </>
  );
}
