/** Keeps a failure inside one part of the page: everything around it goes on. */
import { Component, type ReactNode } from 'react';
import { type SerializedError, serializeError } from '../../core/errors.ts';
import { forgetFailedParts } from './lazy-part.tsx';

export interface ErrorBoundaryProps {
  readonly children: ReactNode;
  /** What stands in place of the part; `retry` loads and draws the part anew. */
  readonly renderFailure: (error: SerializedError, retry: () => void) => ReactNode;
}

interface ErrorBoundaryState {
  readonly error: SerializedError | null;
}

/** Shows `renderFailure` in place of a part that could not be loaded or drawn. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: null };

  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { error: serializeError(error) };
  }

  readonly #retry = (): void => {
    forgetFailedParts();
    this.setState({ error: null });
  };

  override render(): ReactNode {
    const { error } = this.state;
    const { children, renderFailure } = this.props;
    return error === null ? children : renderFailure(error, this.#retry);
  }
}
