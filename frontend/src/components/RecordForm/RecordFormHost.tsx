import { lazy, Suspense } from 'react';
import { formSlot } from './slot';

const RecordForm = lazy(() => import('./RecordForm').then((module) => ({ default: module.RecordForm })));

/** The place where forms open; its code is loaded with the first one. */
export function RecordFormHost() {
  const request = formSlot.use();
  if (!request) return null;
  return (
    <Suspense fallback={null}>
      <RecordForm
        key={`${request.kind.resource} ${request.record?.id ?? ''}`}
        request={request}
        onClose={formSlot.empty}
      />
    </Suspense>
  );
}
