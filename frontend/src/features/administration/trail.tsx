import { Button, Center, Group, Loader, Paper, Select, Skeleton, Stack, Text } from '@mantine/core';
import { DateInput } from '@mantine/dates';
import '@mantine/dates/styles.layer.css';
import { IconFilterOff, IconHistory } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '@/components/EmptyState';
import { dayOf } from '@/components/fields/FieldInput';
import { RecordName } from '@/components/fields/RecordName';
import { RecordPicker } from '@/components/fields/RecordPicker';
import { LoadFailed } from '@/components/LoadFailed';
import { useFormat } from '@/lib/format';
import { KINDS, kindNamed } from '@/lib/kinds';
import type { ListSearch } from '@/lib/listSearch';
import './administration.css';

/** What the audit trail and the access log have in common: conditions in the URL, and entries page by page. */

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

export type TrailSearch = Record<string, string | undefined>;

/** The conditions of the URL that a trail knows; a repeated one counts once. */
export function trailSearch(search: ListSearch, names: readonly string[]): TrailSearch {
  return Object.fromEntries(
    names.map((name) => {
      const value = search[name];
      return [name, Array.isArray(value) ? value[0] : value];
    }),
  );
}

interface FilterProps {
  search: TrailSearch;
  onChange: (change: TrailSearch) => void;
  children?: ReactNode;
}

export function TrailFilters({ search, onChange, children }: FilterProps) {
  const { t, i18n } = useTranslation('administration');
  const { t: common } = useTranslation();
  const { t: kinds } = useTranslation('kinds');
  const clear = { 'aria-label': common('actions.clear') };
  const asked = Object.values(search).some(Boolean);
  const day = (name: 'at__gte' | 'at__lte', label: string) => (
    <DateInput
      label={label}
      value={search[name] ?? null}
      onChange={(value) => onChange({ [name]: value || undefined })}
      valueFormat="DD/MM/YYYY"
      dateParser={dayOf}
      locale={i18n.language}
      clearable
      clearButtonProps={clear}
      maxDate={new Date()}
    />
  );
  return (
    <search className="trail-filters" aria-label={t('trail.filters')}>
      <RecordPicker
        resource="users"
        label={t('trail.actor')}
        value={search.actor_id && ULID.test(search.actor_id) ? search.actor_id : null}
        onChange={(id) => onChange({ actor_id: id ?? undefined })}
      />
      <Select
        label={t('trail.kind')}
        data={Object.values(KINDS).map((kind) => ({
          value: kind.kind,
          label: kinds(`${kind.resource}.many`),
        }))}
        value={search.kind ?? null}
        onChange={(kind) => onChange({ kind: kind ?? undefined, record_id: undefined })}
        clearable
        clearButtonProps={clear}
      />
      {children}
      {day('at__gte', t('trail.from'))}
      {day('at__lte', t('trail.to'))}
      {asked ? (
        <Button
          variant="subtle"
          leftSection={<IconFilterOff size={16} />}
          onClick={() => onChange(Object.fromEntries(Object.keys(search).map((name) => [name, undefined])))}
        >
          {t('trail.clear')}
        </Button>
      ) : null}
    </search>
  );
}

interface TrailPage<E> {
  items: E[];
  next_cursor: string | null;
}

interface TrailProps<E> {
  queryKey: readonly unknown[];
  ask: (cursor: string | undefined, signal: AbortSignal) => Promise<TrailPage<E>>;
  entry: (entry: E) => ReactNode;
  label: string;
  empty: string;
}

export function Trail<E extends { id: string }>(props: TrailProps<E>) {
  const { t } = useTranslation('administration');
  const { t: common } = useTranslation();
  const pages = useInfiniteQuery({
    queryKey: props.queryKey,
    queryFn: ({ pageParam, signal }) => props.ask(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  if (pages.error && !pages.data) return <LoadFailed error={pages.error} onRetry={pages.refetch} />;
  if (!pages.data) {
    return (
      <Stack gap="xs" role="status" aria-label={common('loading')}>
        {['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
          <Skeleton key={key} height={58} />
        ))}
      </Stack>
    );
  }
  const entries = pages.data.pages.flatMap((page) => page.items);
  const more = pages.hasNextPage ? (
    <Center mt="md">
      <Button variant="default" onClick={() => pages.fetchNextPage()} loading={pages.isFetchingNextPage}>
        {common('actions.more')}
      </Button>
    </Center>
  ) : null;
  if (entries.length === 0 && !pages.hasNextPage) {
    return (
      <Paper withBorder>
        <EmptyState icon={<IconHistory size={28} />} title={props.empty} text={t('trail.emptyText')} />
      </Paper>
    );
  }
  return (
    <>
      {pages.isFetching && !pages.isFetchingNextPage ? (
        <Group justify="flex-end" mb="xs" h={0}>
          <Loader size={14} aria-label={common('loading')} />
        </Group>
      ) : null}
      <ol className="trail" aria-label={props.label}>
        {entries.map((entry) => (
          <li key={entry.id}>{props.entry(entry)}</li>
        ))}
      </ol>
      {more}
    </>
  );
}

/** Who: a user, the system itself, or nobody known. */
export function Actor({ id }: { id: string }) {
  const { t } = useTranslation('administration');
  if (id === 'system') return <span>{t('trail.system')}</span>;
  if (!ULID.test(id)) return <span>{t('trail.nobody')}</span>;
  return <RecordName resource="users" id={id} plain />;
}

/** The record an entry is about, by kind and name. */
export function About({ kind, id }: { kind: string | null; id: string | null }) {
  const { t: kinds } = useTranslation('kinds');
  const known = kind ? kindNamed(kind) : undefined;
  if (!known) return kind ? <span>{kind}</span> : null;
  return (
    <span>
      {kinds(`${known.resource}.${id ? 'one' : 'many'}`)}
      {id ? (
        <>
          {' · '}
          <RecordName resource={known.resource} id={id} />
        </>
      ) : null}
    </span>
  );
}

/** When, exactly and as a distance; from where. */
export function Circumstances({ at, ip, via }: { at: string; ip: string; via: string }) {
  const { t } = useTranslation('administration');
  const format = useFormat();
  const where = [via === 'api_key' ? t('trail.apiKey') : null, ip].filter(Boolean).join(' · ');
  return (
    <Text size="xs" c="dimmed">
      <time dateTime={at}>{format.dateTime(at)}</time>
      {where ? ` · ${where}` : ''}
    </Text>
  );
}
