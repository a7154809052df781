// @vitest-environment happy-dom
/** The mapping of another maker's model said by hand: what is shown, what is passed on, what is refused where. */
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type NetworkMapping, plainMapping } from '../../../models/onnx/mapping.ts';
import type { ModelReport } from '../../../workers/api/compute.ts';
import { modelReport } from '../../testing/model-report.ts';
import { renderInTheme, resetPage } from '../../testing/render.tsx';
import { MappingForm } from './MappingForm.tsx';

const remapModel = vi.hoisted(() => vi.fn<(model: ModelReport, mapping: NetworkMapping) => Promise<void>>());
vi.mock('../../services/models.ts', () => ({ remapModel }));

beforeEach(() => remapModel.mockReset().mockResolvedValue());
afterEach(resetPage);

/** The form as the card of the model shows it. */
function show(role: ModelReport['role'] = 'segmenter', channels: 1 | 3 = 3) {
  const model = modelReport({
    name: 'foreign.onnx',
    role,
    source: 'dropped',
    input: { name: 'x', channels, side: 64, batch: null },
    precision: null,
    isKept: true,
  });
  renderInTheme(<MappingForm model={model} mapping={plainMapping(channels, 'channels-first')} />);
  return { model, user: userEvent.setup() };
}

const mean = () => screen.getByRole('textbox', { name: 'Mean to subtract' });
const deviation = () => screen.getByRole('textbox', { name: 'Deviation to divide by' });
const axes = () => screen.getByRole('combobox', { name: 'Axes of the input' });
const classes = () => screen.getByRole('combobox', { name: 'Output channels, first to last' });
const apply = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Apply mapping' });

async function type(user: ReturnType<typeof userEvent.setup>, field: HTMLElement, text: string) {
  // Clearing leaves the focus in the field.
  await user.clear(field);
  await user.paste(text);
}

/** What a screen reader reads after a field's name. */
function describedBy(field: HTMLElement): string {
  const ids = (field.getAttribute('aria-describedby') ?? '').split(/\s+/);
  return ids.map((id) => document.getElementById(id)?.textContent ?? `no element ${id}`).join(' ');
}

it('shows the mapping that holds, and applies nothing before it is changed', async () => {
  const { user } = show();
  expect(screen.getByRole('form', { name: 'Mapping of foreign.onnx' })).toBeTruthy();
  expect(mean()).toHaveProperty('value', '0, 0, 0');
  expect(deviation()).toHaveProperty('value', '1, 1, 1');
  expect(axes()).toHaveProperty('value', 'channels-first');
  expect(classes()).toHaveProperty('value', '0,1,2');
  expect(apply().disabled).toBe(true);
  await type(user, mean(), '0.5 0.5 0.5');
  expect(apply().disabled).toBe(false);
  await type(user, mean(), '0,0,0');
  expect(apply().disabled).toBe(true);
  expect(remapModel).not.toHaveBeenCalled();
});

it('passes on what was said: numbers, order of axes, and for each class its channel', async () => {
  const { model, user } = show();
  await type(user, mean(), '0.485, 0.456, 0.406');
  await type(user, deviation(), '0.229; 0.224 0.225');
  await user.selectOptions(axes(), '[N, h, w, C]');
  await user.selectOptions(classes(), 'rim, cup, background');
  await user.click(apply());
  expect(remapModel).toHaveBeenCalledExactlyOnceWith(model, {
    axes: 'channels-last',
    mean: [0.485, 0.456, 0.406],
    deviation: [0.229, 0.224, 0.225],
    // Background is the third channel, rim the first, cup the second.
    classOrder: [2, 0, 1],
  });
});

it('offers every order of the classes once, and none for a feature extractor', () => {
  show();
  const orders = [...classes().querySelectorAll('option')].map((option) => option.textContent);
  expect(orders).toHaveLength(6);
  expect(new Set(orders).size).toBe(6);
  resetPage();
  show('extractor', 1);
  expect(screen.queryByRole('combobox', { name: /Output channels/ })).toBeNull();
  expect(describedBy(mean())).toContain('one number');
});

it.each([
  ['too few means', mean, deviation, '0.5', 'as many means and deviations'],
  ['a mean that is no number', mean, deviation, '0.5, half, 0.5', 'must be numbers'],
  ['no mean', mean, deviation, '', 'as many means and deviations'],
  ['a deviation of zero', deviation, mean, '1, 0, 1', 'above 0'],
  ['a negative deviation', deviation, mean, '1, -1, 1', 'above 0'],
] as const)('refuses %s at its own field', async (_, wrong, other, text, reason) => {
  const { user } = show();
  await type(user, wrong(), text);
  expect(wrong().getAttribute('aria-invalid')).toBe('true');
  expect(describedBy(wrong())).toContain(reason);
  expect(other().getAttribute('aria-invalid')).not.toBe('true');
  expect(apply().disabled).toBe(true);
  // Nor by Enter in a field.
  await user.type(wrong(), '{Enter}');
  expect(remapModel).not.toHaveBeenCalled();
});
