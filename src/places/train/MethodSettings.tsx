/** Which model is trained, which of its weights, and by which method with its own parameters. */
import { useStore } from '../../state/store.ts';
import { selectTrainModels } from '../../state/train-models.ts';
import { selectIsSamed } from '../../state/train-selectors.ts';
import { METHOD_LABELS, METHODS, type Method } from '../../state/train-recipes.ts';
import { ChoiceSetting, NumberSetting, SwitchSetting } from '../../ui/settings.tsx';
import { SettingsGroup } from '../../ui/SettingsGroup.tsx';
import styles from './TrainPlace.module.css';
import { useTrainNumber, useTrainSetting } from './use-settings.ts';

const METHOD_REASONS: Readonly<Record<Method, string>> = {
  plain: 'The published loss, the same for all images. The baseline of every comparison.',
  febs: 'Fair error-bound scaling: the probabilities in the Dice loss are scaled by the loss of the image’s group. Published as a second phase after plain training: start from a trained model.',
  groupDro:
    'The weight of a group grows with its loss, so that the worst group counts most (Sagawa et al., 2020).',
  adversarial:
    'A classifier of groups on the image embedding, behind a reversed gradient, drives group information out of the embedding.',
  balancedSampling: 'Every group is drawn equally often, whatever its size.',
  inverseFrequency: 'Every group weighs equally in the loss, whatever its size.',
};

/** Which weights of a SAMed are trained; of a TransUNet all are. */
function SamedSettings() {
  const of = useTrainSetting();
  const number = useTrainNumber();
  return (
    <>
      <ChoiceSetting
        {...of('trainable')}
        label="Trained weights"
        reason="Published: LoRA adapters of the encoder and the whole mask decoder. All weights need far more memory."
        choices={[
          { value: 'adapters-and-decoder', label: 'LoRA adapters and decoder' },
          { value: 'all', label: 'All weights' },
        ]}
      />
      <NumberSetting
        {...number('rank')}
        label="LoRA rank"
        reason="Rank of new adapters; published: 4; 0 for none. A model that has adapters keeps its own."
      />
      <SwitchSetting
        {...of('adaptsDecoder')}
        label="Adapters in the decoder too"
        reason="SAMed adapts the encoder only and trains the decoder as a whole; some later versions adapt the decoder."
      />
    </>
  );
}

function ModelSettings() {
  const of = useTrainSetting();
  const models = useStore(selectTrainModels);
  const isSamed = useStore(selectIsSamed);
  const refused = models.filter(({ refusal }) => refusal !== undefined);
  return (
    <SettingsGroup title="Model">
      <ChoiceSetting
        {...of('modelKey')}
        label="Model"
        reason="SAMed-Tiny comes with the workbench; a SAMed or TransUNet made of dropped files in Models can be trained too, and one trained before goes on."
        choices={models.map(({ key, name, refusal }) => ({
          value: key,
          label: refusal === undefined ? name : `${name} (not trainable)`,
          disabled: refusal !== undefined,
        }))}
      />
      {refused.map(({ key, name, refusal }) => (
        <p key={key} className={styles['soft']}>
          {name}: {refusal}
        </p>
      ))}
      {isSamed && <SamedSettings />}
    </SettingsGroup>
  );
}

function MethodParameters({ method }: { readonly method: Method }) {
  const of = useTrainSetting();
  const number = useTrainNumber();
  switch (method) {
    case 'febs':
      return (
        <>
          <NumberSetting
            {...number('febsGamma')}
            label="Exponent γ"
            decimals={3}
            step={0.1}
            reason="Group weight = tanh((least group loss / own group loss)^γ). Published: 1."
          />
          <ChoiceSetting
            {...of('febsMinimum')}
            label="Least group loss over"
            reason="The published code takes it over all groups, absent ones included: a batch without a group then has weights of 0. Use it only to repeat that."
            choices={[
              { value: 'present', label: 'Groups in the batch' },
              { value: 'all', label: 'All groups, as published' },
            ]}
          />
        </>
      );
    case 'groupDro':
      return (
        <NumberSetting
          {...number('groupRate')}
          label="Step size η of the group weights"
          decimals={4}
          step={0.01}
          reason="Weights are multiplied by exp(η · loss) at every step. 0.01 is the paper's."
        />
      );
    case 'adversarial':
      return (
        <>
          <NumberSetting
            {...number('adversaryWeight')}
            label="Weight of the classifier's loss"
            decimals={3}
            step={0.1}
            reason="Beside the segmentation loss, which has weight 1."
          />
          <NumberSetting
            {...number('reversalScale')}
            label="Scale of the reversed gradient"
            decimals={3}
            step={0.1}
            reason="How strongly the encoder unlearns what the classifier finds; 0 trains the classifier alone."
          />
        </>
      );
    default:
      return null;
  }
}

/** Settings of model and method. */
export function MethodSettings() {
  const of = useTrainSetting();
  const method = of('method');
  return (
    <>
      <ModelSettings />
      <SettingsGroup title="Method" note={METHOD_REASONS[method.value]}>
        <ChoiceSetting
          {...method}
          label="Fairness method"
          reason={METHOD_REASONS[method.value]}
          choices={METHODS.map((value) => ({ value, label: METHOD_LABELS[value] }))}
        />
        <MethodParameters method={method.value} />
      </SettingsGroup>
    </>
  );
}
