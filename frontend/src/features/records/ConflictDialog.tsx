import { lazy, Suspense } from 'react';
import { conflictSlot } from '@/lib/conflicts';

const Choice = lazy(() => import('./ConflictChoice').then((module) => ({ default: module.ConflictChoice })));

/** The place where every stale save of the product asks what is to stay; its code is loaded with the first one. */
export function ConflictDialog() {
  const asked = conflictSlot.use();
  if (!asked) return null;
  return (
    <Suspense fallback={null}>
      <Choice conflict={asked.conflict} onSettle={asked.settle} />
    </Suspense>
  );
}
