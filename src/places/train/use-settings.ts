/** Settings of the place as the rows of the settings column want them. */
import { store, update, useStore } from '../../state/store.ts';
import { withChoices } from '../../state/train.ts';
import { LIMITS, type LimitedKey, type TrainChoices } from '../../state/train-choices.ts';
import { selectTrainChoices, selectTrainDefaults, trainDefaultsOf } from '../../state/train-selectors.ts';
import { bindSettings } from '../../ui/bind-settings.ts';
import { formatNumber } from '../../ui/format.ts';

function change(part: Partial<TrainChoices>): void {
  const state = store.getState();
  update('train', (train) => withChoices(train, part, (changes) => trainDefaultsOf(state, changes)));
}

/** Returns the binding of a setting by its key. */
export function useTrainSetting() {
  const choices = useStore(selectTrainChoices);
  const defaults = useStore(selectTrainDefaults);
  return bindSettings(choices, defaults, change);
}

/** Returns the binding of a number by its key, with its limits and what is wrong outside them. */
export function useTrainNumber() {
  const of = useTrainSetting();
  return (key: LimitedKey) => {
    const bound = of(key);
    const [min, max] = LIMITS[key];
    const isInside = bound.value >= min && bound.value <= max;
    const problem = isInside ? undefined : `From ${formatNumber(min)} to ${formatNumber(max)}.`;
    return { ...bound, min, max, problem };
  };
}
