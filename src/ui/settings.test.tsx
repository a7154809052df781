// @vitest-environment happy-dom
import { cleanup, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { renderInTheme } from '../testing/render.tsx';
import { parseNumber } from './NumberField.tsx';
import { ChoiceSetting, NumberSetting, SwitchSetting } from './settings.tsx';
import { SettingsGroup } from './SettingsGroup.tsx';

afterEach(cleanup);

/** What a screen reader reads after an input's name. */
function describedBy(input: HTMLElement): string {
  const ids = (input.getAttribute('aria-describedby') ?? '').split(/\s+/);
  return ids.map((id) => document.getElementById(id)?.textContent ?? `no element ${id}`).join(' ');
}

function Clusters({
  onChange,
  problem,
}: {
  readonly onChange: (value: number) => void;
  readonly problem?: string;
}) {
  const [value, setValue] = useState(100);
  return (
    <SettingsGroup title="Clustering">
      <NumberSetting
        label="Clusters"
        unit="K"
        reason="The paper uses 100."
        value={value}
        defaultValue={100}
        min={2}
        max={500}
        problem={problem}
        onChange={(next) => {
          setValue(next);
          onChange(next);
        }}
      />
    </SettingsGroup>
  );
}

it('has a label with its unit and the reason as its description', () => {
  renderInTheme(<Clusters onChange={() => {}} />);
  const field = screen.getByRole('textbox', { name: 'Clusters (K)' });
  expect(describedBy(field)).toBe('The paper uses 100.');
  expect(screen.getByRole('region', { name: 'Clustering' })).toBeTruthy();
});

it('shows the reason when its button has the focus', async () => {
  renderInTheme(<Clusters onChange={() => {}} />);
  await userEvent.setup().tab();
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'About Clusters' }));
  expect((await screen.findByRole('tooltip')).textContent).toBe('The paper uses 100.');
});

it('marks a changed value, and resets it', async () => {
  const user = userEvent.setup();
  const onChange = vi.fn<(value: number) => void>();
  renderInTheme(<Clusters onChange={onChange} />);
  expect(screen.queryByText('changed')).toBeNull();
  const field = screen.getByRole('textbox', { name: 'Clusters (K)' });
  await user.clear(field);
  expect(onChange).not.toHaveBeenCalled();
  await user.type(field, '50');
  expect(onChange).toHaveBeenLastCalledWith(50);
  expect(screen.getByText('changed')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Reset Clusters to 100' }));
  expect(onChange).toHaveBeenLastCalledWith(100);
  expect(screen.queryByText('changed')).toBeNull();
});

it('steps with the arrow keys, and comes into its range when it is left', async () => {
  const user = userEvent.setup();
  const onChange = vi.fn<(value: number) => void>();
  renderInTheme(<Clusters onChange={onChange} />);
  const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Clusters (K)' });
  await user.click(field);
  await user.keyboard('{ArrowUp}{ArrowUp}{ArrowDown}');
  expect(onChange).toHaveBeenLastCalledWith(101);
  await user.clear(field);
  await user.type(field, '7000');
  await user.tab();
  expect(onChange).toHaveBeenLastCalledWith(500);
  expect(field.value).toBe('500');
});

it('keeps the last value while the text is not a number', async () => {
  const user = userEvent.setup();
  const onChange = vi.fn<(value: number) => void>();
  renderInTheme(<Clusters onChange={onChange} />);
  const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Clusters (K)' });
  await user.clear(field);
  await user.type(field, 'ten');
  expect(onChange).not.toHaveBeenCalled();
  await user.tab();
  expect(field.value).toBe('100');
});

it.each([
  ['12', 0, 12],
  [' -3.5 ', 1, -3.5],
  ['1.25', 2, 1.25],
  ['1e3', 0, 1000],
  ['2.6', 0, 3],
])('reads %j with %i decimals as %f', (text, decimals, value) => {
  expect(parseNumber(text, decimals)).toBe(value);
});

it.each(['', '-', '1e', '1,000', 'ten', '1e999', '0x10'])('does not read %j as a number', (text) => {
  expect(parseNumber(text, 0)).toBeUndefined();
});

it('says why a value cannot be used', () => {
  renderInTheme(<Clusters onChange={() => {}} problem="More clusters than samples." />);
  const field = screen.getByRole('textbox', { name: 'Clusters (K)' });
  expect(describedBy(field)).toBe('More clusters than samples. The paper uses 100.');
  expect(field.getAttribute('aria-invalid')).toBe('true');
});

it('offers named choices and a switch with the same marks', async () => {
  const user = userEvent.setup();
  const onStrategy = vi.fn<(choice: string) => void>();
  const onWide = vi.fn<(on: boolean) => void>();
  renderInTheme(
    <>
      <ChoiceSetting
        label="Strategy"
        reason="Greedy is the published one."
        value="random"
        defaultValue="greedy"
        choices={[
          { value: 'greedy', label: 'Greedy' },
          { value: 'random', label: 'Random' },
        ]}
        onChange={onStrategy}
      />
      <SwitchSetting
        label="Via 64 px"
        reason="As published."
        value={false}
        defaultValue={false}
        onChange={onWide}
      />
    </>,
  );
  const strategy = screen.getByRole<HTMLSelectElement>('combobox', { name: 'Strategy' });
  expect(describedBy(strategy)).toBe('Greedy is the published one.');
  await user.selectOptions(strategy, 'Greedy');
  expect(onStrategy).toHaveBeenLastCalledWith('greedy');
  onStrategy.mockClear();
  await user.click(screen.getByRole('button', { name: 'Reset Strategy to Greedy' }));
  expect(onStrategy).toHaveBeenCalledWith('greedy');
  const wide = screen.getByRole('switch', { name: 'Via 64 px' });
  expect(describedBy(wide)).toBe('As published.');
  await user.click(wide);
  expect(onWide).toHaveBeenCalledWith(true);
  expect(screen.queryByRole('button', { name: /Reset Via/ })).toBeNull();
});
