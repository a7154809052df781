/** Keeps a failure inside one page: the rail, the jobs and the other places go on. */
import type { ReactNode } from 'react';
import { ErrorBoundary } from '../ui/ErrorBoundary.tsx';
import { ErrorNotice } from '../ui/ErrorNotice.tsx';
import { PlaceLayout } from '../ui/PlaceLayout.tsx';

/** Shows the error in place of a page that could not be drawn; trying again draws it anew. */
export function PageBoundary({ children }: { readonly children: ReactNode }) {
  return (
    <ErrorBoundary
      renderFailure={(error, retry) => (
        <PlaceLayout
          title="This page could not be shown"
          next="The other places still work; running jobs go on."
        >
          <ErrorNotice error={error} onRetry={retry} />
        </PlaceLayout>
      )}
    >
      {children}
    </ErrorBoundary>
  );
}
