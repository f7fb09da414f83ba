import type { KindOf } from '@/lib/kinds';
import { useAccess } from '@/lib/queries';
import { useCan } from '@/lib/session';

/** Whether the user may take an action on this very record; a role may reach fewer records than it shows. */
export function useMay(kind: KindOf, id: string): (action: 'update' | 'delete') => boolean {
  const can = useCan();
  const { data } = useAccess(kind.resource, id);
  return (action) => can(`${kind.permission}:${action}`) && (data === undefined || action in data.actions);
}
