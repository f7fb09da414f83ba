import {
  type InfiniteData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { api, bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';

export type Notification = components['schemas']['NotificationRow'];
export type NotificationPage = components['schemas']['NotificationPage'];
export type NotificationType = Notification['type'];
export type Box = 'inbox' | 'unread' | 'archive';

const ALL = ['notifications'] as const;
const RECENT = [...ALL, 'recent'] as const;
const PREFERENCES = ['notification-preferences'] as const;
const SHOWN_IN_BELL = 8;

function page(
  box: Box,
  limit: number,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<NotificationPage> {
  const query = { limit, cursor, unread: box === 'unread', archived: box === 'archive' };
  return bodyOf(api.GET('/v1/notifications', { params: { query }, signal }));
}

/** The newest ones, and how many are unread in all. */
export function useRecentNotifications() {
  return useQuery({
    queryKey: RECENT,
    queryFn: ({ signal }) => page('inbox', SHOWN_IN_BELL, undefined, signal),
    staleTime: 60_000,
  });
}

export function useNotificationPages(box: Box) {
  return useInfiniteQuery({
    queryKey: [...ALL, 'pages', box],
    queryFn: ({ pageParam, signal }) => page(box, 30, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
}

export function useIncoming(): { arrive: (one: Notification, unread: number) => void; catchUp: () => void } {
  const client = useQueryClient();
  return {
    arrive(one, unread) {
      client.setQueryData<NotificationPage>(RECENT, (shown) => {
        const others = (shown?.items ?? []).filter((other) => other.id !== one.id);
        return { next_cursor: null, ...shown, unread, items: [one, ...others].slice(0, SHOWN_IN_BELL) };
      });
      void client.invalidateQueries({ queryKey: [...ALL, 'pages'] });
    },
    catchUp: () => void client.invalidateQueries({ queryKey: ALL }),
  };
}

type Change = 'read' | 'archive';

/** Marks one as read or puts it away; the lists show it at once. */
export function useChangeNotification() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, change }: { id: string; change: Change }) => {
      const params = { path: { id } };
      return bodyOf(
        change === 'read'
          ? api.POST('/v1/notifications/{id}/read', { params })
          : api.POST('/v1/notifications/{id}/archive', { params }),
      );
    },
    onMutate: ({ id }) => {
      const read = (one: Notification) =>
        one.id === id ? { ...one, read_at: one.read_at ?? new Date().toISOString() } : one;
      client.setQueryData<NotificationPage>(
        RECENT,
        (shown) => shown && { ...shown, items: shown.items.map(read) },
      );
      client.setQueriesData<InfiniteData<NotificationPage>>(
        { queryKey: [...ALL, 'pages'] },
        (shown) =>
          shown && { ...shown, pages: shown.pages.map((one) => ({ ...one, items: one.items.map(read) })) },
      );
    },
    onSettled: () => client.invalidateQueries({ queryKey: ALL }),
  });
}

export function useReadAll() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => bodyOf(api.POST('/v1/notifications/read-all')),
    onSettled: () => client.invalidateQueries({ queryKey: ALL }),
  });
}

export function usePreferences() {
  return useQuery({
    queryKey: PREFERENCES,
    queryFn: ({ signal }) => bodyOf(api.GET('/v1/me/notification-preferences', { signal })),
  });
}

export function useSetPreference() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ type, wanted }: { type: NotificationType; wanted: boolean }) =>
      bodyOf(api.PATCH('/v1/me/notification-preferences', { body: { types: { [type]: wanted } } })),
    onMutate: ({ type, wanted }) => {
      const before = client.getQueryData<{ types: Record<string, boolean> }>(PREFERENCES);
      client.setQueryData(PREFERENCES, before && { types: { ...before.types, [type]: wanted } });
      return before;
    },
    onError: (_error, _given, before) => client.setQueryData(PREFERENCES, before),
    onSuccess: (stored) => client.setQueryData(PREFERENCES, stored),
  });
}
