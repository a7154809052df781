/** Keeps a failure inside one page: the rail, the jobs and the other places go on. */
import { Component, type ReactNode } from 'react';
import { type SerializedError, serializeError } from '../../core/errors.ts';
import { ErrorNotice } from '../ui/ErrorNotice.tsx';
import { PlaceLayout } from '../ui/PlaceLayout.tsx';

interface PageBoundaryState {
  readonly error: SerializedError | null;
}

/** Shows the error in place of a page that could not be drawn; trying again draws it anew. */
export class PageBoundary extends Component<{ readonly children: ReactNode }, PageBoundaryState> {
  override state: PageBoundaryState = { error: null };

  static getDerivedStateFromError(error: unknown): PageBoundaryState {
    return { error: serializeError(error) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <PlaceLayout
        title="This page could not be shown"
        next="The other places still work; running jobs go on."
      >
        <ErrorNotice error={error} onRetry={() => this.setState({ error: null })} />
      </PlaceLayout>
    );
  }
}
