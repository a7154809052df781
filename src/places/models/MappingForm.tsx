/** How a model of another maker takes images and gives classes, which its file does not tell: said by hand, checked, applied. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { serializeError } from '../../../core/errors.ts';
import {
  type AxisOrder,
  checkMapping,
  type NetworkMapping,
  plainMapping,
} from '../../../models/onnx/mapping.ts';
import type { ModelReport } from '../../../workers/api/compute.ts';
import { remapModel } from '../../services/models.ts';
import styles from './ModelsPlace.module.css';

const CLASSES = ['background', 'rim', 'cup'] as const;
/** Output channels of background, rim and cup, in every order. */
const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/** Numbers separated by commas or spaces; what is none becomes NaN and is refused by the check. */
function parseNumbers(text: string): number[] {
  return text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map(Number);
}

/** What the output channels hold, first to last: "rim, background, cup". */
function channelWords(order: readonly number[]): string {
  return [0, 1, 2].map((channel) => CLASSES[order.indexOf(channel)]).join(', ');
}

/** Why means or deviations do not fit, whatever the rest; undefined when they do. */
function problemOf(part: Partial<NetworkMapping>, channels: number): string | undefined {
  try {
    checkMapping({ ...plainMapping(channels, 'channels-first'), ...part }, channels);
    return undefined;
  } catch (error) {
    return serializeError(error).message;
  }
}

interface MappingFormProps {
  readonly model: ModelReport;
  readonly mapping: NetworkMapping;
}

/** The form. Applying makes the model anew, tests it and lets the old one go. */
export function MappingForm({ model, mapping }: MappingFormProps) {
  const [mean, setMean] = useState(mapping.mean.join(', '));
  const [deviation, setDeviation] = useState(mapping.deviation.join(', '));
  const [order, setOrder] = useState(mapping.classOrder.join());
  const [axes, setAxes] = useState<AxisOrder>(mapping.axes);
  const { channels } = model.input;
  const wanted: NetworkMapping = {
    axes,
    mean: parseNumbers(mean),
    deviation: parseNumbers(deviation),
    classOrder: order.split(',').map(Number),
  };
  const meanProblem = problemOf({ mean: wanted.mean }, channels);
  const deviationProblem = problemOf({ deviation: wanted.deviation }, channels);
  const isChanged = JSON.stringify(wanted) !== JSON.stringify(mapping);
  return (
    <form
      className={styles['mapping']}
      aria-label={`Mapping of ${model.name}`}
      onSubmit={(event) => {
        event.preventDefault();
        void remapModel(model, wanted);
      }}
    >
      <TextInput
        label="Mean to subtract"
        description={`Of pixels in [0, 1], ${channels === 1 ? 'one number' : 'one for each channel'}`}
        error={meanProblem}
        value={mean}
        onChange={(event) => setMean(event.currentTarget.value)}
      />
      <TextInput
        label="Deviation to divide by"
        description="After the mean was subtracted"
        error={deviationProblem}
        value={deviation}
        onChange={(event) => setDeviation(event.currentTarget.value)}
      />
      <NativeSelect
        label="Axes of the input"
        description="N images, C channels"
        data={[
          { value: 'channels-first', label: '[N, C, h, w]' },
          { value: 'channels-last', label: '[N, h, w, C]' },
        ]}
        value={axes}
        onChange={(event) =>
          setAxes(event.currentTarget.value === 'channels-last' ? 'channels-last' : 'channels-first')
        }
      />
      {model.role === 'segmenter' && (
        <NativeSelect
          label="Output channels, first to last"
          description="Their logits, in the model's order"
          data={ORDERS.map((one) => ({ value: one.join(), label: channelWords(one) }))}
          value={order}
          onChange={(event) => setOrder(event.currentTarget.value)}
        />
      )}
      <div className={styles['actions']}>
        <Button
          type="submit"
          variant="default"
          size="compact-xs"
          disabled={!isChanged || meanProblem !== undefined || deviationProblem !== undefined}
        >
          Apply mapping
        </Button>
      </div>
    </form>
  );
}
