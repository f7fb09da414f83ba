import { ApiError } from '@/lib/api/errors';
import { session } from '@/lib/session';

/** For a page's `beforeLoad`: refuses it, naming what is missing, to users who hold none of the permissions. */
export function needs(...permissions: [string, ...string[]]): () => void {
  return () => {
    const held = session.current().me?.permissions ?? [];
    if (permissions.some((permission) => held.includes(permission))) return;
    const [first] = permissions;
    throw new ApiError(403, 'forbidden', `This needs the permission ${first}.`, {
      details: [{ field: 'permission', message: first }],
    });
  };
}
