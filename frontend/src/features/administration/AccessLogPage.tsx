import { Code, Group, Paper, Stack, Text } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/components/PageHeader';
import { api, bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { About, Actor, Circumstances, Trail, TrailFilters, trailSearch } from './trail';

type Entry = components['schemas']['AccessItem'];

const route = getRouteApi('/shell/settings/access-log');
const NAMES = ['actor_id', 'kind', 'record_id', 'at__gte', 'at__lte'] as const;

export function AccessLogPage() {
  const { t } = useTranslation('administration');
  const navigate = route.useNavigate();
  const search = trailSearch(route.useSearch(), NAMES);
  const change = (part: Record<string, string | undefined>) =>
    void navigate({ search: { ...search, ...part }, replace: true });
  return (
    <Stack gap={0} maw={1100}>
      <PageHeader title={t('access.title')} subtitle={t('access.text')} />
      <TrailFilters search={search} onChange={change} />
      <Trail<Entry>
        label={t('access.title')}
        empty={t('access.empty')}
        queryKey={['access-log', search]}
        ask={(cursor, signal) =>
          bodyOf(
            api.GET('/v1/access-log', {
              params: { query: { ...search, cursor, limit: 50 } as object },
              signal,
            }),
          )
        }
        entry={(entry) => <Line entry={entry} />}
      />
    </Stack>
  );
}

type Way = 'record' | 'list' | 'export' | 'search' | 'history' | 'other';

/** How the data was shown, as the route tells. */
export function wayOf(path: string): Way {
  if (/\/export$/.test(path)) return 'export';
  if (/^GET \/v1\/search/.test(path)) return 'search';
  if (/\/(history|timeline)$/.test(path)) return 'history';
  if (/^GET .*\{id\}$/.test(path)) return 'record';
  return /^GET \/v1\/[a-z-]+$/.test(path) ? 'list' : 'other';
}

function Line({ entry }: { entry: Entry }) {
  const { t } = useTranslation('administration');
  return (
    <Paper withBorder p="sm" mb="xs">
      <Stack gap={2}>
        <Group justify="space-between" gap="xs">
          <Text size="sm" component="div" style={{ overflowWrap: 'anywhere' }}>
            <Text span inherit fw={600}>
              <Actor id={entry.actor_id} />
            </Text>
            {' → '}
            {t(`access.ways.${wayOf(entry.route)}`)}
            {' · '}
            <About kind={entry.kind} id={entry.record_id} />
            {entry.rows === null ? null : ` (${t('access.rows', { count: entry.rows })})`}
          </Text>
          <Code>{entry.route}</Code>
        </Group>
        <Circumstances at={entry.at} ip={entry.ip} via={entry.via} />
      </Stack>
    </Paper>
  );
}
