import { useQuery } from '@tanstack/react-query';
import { api, bodyOf } from '@/lib/api/client';

/** What a role can be made of. */
export function usePermissions() {
  return useQuery({
    queryKey: ['permissions'],
    queryFn: () => bodyOf(api.GET('/v1/permissions')),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
