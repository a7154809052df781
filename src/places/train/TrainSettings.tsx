/** The settings column of Train: images, model, method, recipe, run. */
import { DataSettings } from './DataSettings.tsx';
import { MethodSettings } from './MethodSettings.tsx';
import { RecipeSettings } from './RecipeSettings.tsx';
import { RunSettings } from './RunSettings.tsx';

/** All settings of the next run. */
export function TrainSettings() {
  return (
    <>
      <DataSettings />
      <MethodSettings />
      <RecipeSettings />
      <RunSettings />
    </>
  );
}
