// @vitest-environment happy-dom
import { cleanup, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { renderInTheme } from '../testing/render.tsx';
import { ERROR_CATALOGUE } from './error-catalogue.ts';
import { ErrorNotice, errorDetails } from './ErrorNotice.tsx';

afterEach(cleanup);

it('says what happened, the code, and the hint of the catalogue', () => {
  renderInTheme(<ErrorNotice error={{ code: 'onnx/damaged', message: 'net.onnx ends after 12 bytes.' }} />);
  const notice = within(screen.getByRole('alert'));
  expect(notice.getByText(ERROR_CATALOGUE['onnx/damaged'].title, { exact: false })).toBeTruthy();
  expect(notice.getByText('onnx/damaged')).toBeTruthy();
  expect(notice.getByText('net.onnx ends after 12 bytes.')).toBeTruthy();
  expect(notice.getByText(ERROR_CATALOGUE['onnx/damaged'].hint)).toBeTruthy();
  expect(notice.queryByRole('button', { name: 'Try again' })).toBeNull();
});

it('prefers the hint of the error itself and offers another try where there is one', async () => {
  const onRetry = vi.fn<() => void>();
  renderInTheme(
    <ErrorNotice error={{ code: 'onnx/damaged', message: 'x', hint: 'Use opset 17.' }} onRetry={onRetry} />,
  );
  expect(screen.getByText('Use opset 17.')).toBeTruthy();
  expect(screen.queryByText(ERROR_CATALOGUE['onnx/damaged'].hint)).toBeNull();
  await userEvent.setup().click(screen.getByRole('button', { name: 'Try again' }));
  expect(onRetry).toHaveBeenCalledOnce();
});

it('puts version, code, message, context and stack into the details', () => {
  const error = { code: 'npy/damaged', message: 'cut', context: { offset: 3 }, stack: 'at read' } as const;
  expect(errorDetails(error, '1.2.3').split('\n')).toEqual([
    'EquiSeg 1.2.3',
    'code: npy/damaged',
    'message: cut',
    'context: {"offset":3}',
    'at read',
  ]);
});
