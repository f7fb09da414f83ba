import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, bodyOf, serialise } from './client';
import type { ListParameters } from './records';
import type { components } from './schema';

export type Pipeline = components['schemas']['Pipeline'];
export type GlobalStats = components['schemas']['GlobalStats'];

/** Counts and amounts per stage, of the organisations that a list so filtered shows. */
export function usePipelineSums(filters: ListParameters) {
  return useQuery({
    queryKey: ['figures', 'pipeline', filters],
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET('/v1/pipeline', {
          params: { query: filters as object },
          querySerializer: (given) => serialise(given as Record<string, unknown>),
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

export function useGlobalStats(
  narrowed: { owner_id?: string; team_id?: string; timezone?: string },
  enabled: boolean,
) {
  return useQuery({
    queryKey: ['figures', 'global', narrowed],
    queryFn: ({ signal }) =>
      bodyOf(api.GET('/v1/dashboards/stats/global', { params: { query: narrowed }, signal })),
    placeholderData: keepPreviousData,
    enabled,
  });
}
