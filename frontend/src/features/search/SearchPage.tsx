import {
  Button,
  Chip,
  Group,
  Paper,
  Select,
  Skeleton,
  Stack,
  TagsInput,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { DateInput } from '@mantine/dates';
import '@mantine/dates/styles.layer.css';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch, IconSearchOff } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '@/components/EmptyState';
import { dayOf } from '@/components/fields/FieldInput';
import { useEnumLabel, useFieldLabel } from '@/components/fields/labels';
import { RecordPicker } from '@/components/fields/RecordPicker';
import { LoadFailed } from '@/components/LoadFailed';
import { PageHeader } from '@/components/PageHeader';
import { FoundLine } from '@/components/Palette/FoundLine';
import {
  FOUND_KINDS,
  type FoundGroup,
  find,
  kindOfFound,
  LEAST_CHARACTERS,
  pageOfFound,
} from '@/lib/api/search';
import { useFormat } from '@/lib/format';
import { ENUMS } from '@/lib/kinds';
import type { ListSearch } from '@/lib/listSearch';
import { useCan } from '@/lib/session';
import { useListSearch } from '@/lib/useListSearch';
import classes from './search.module.css';

const SHOWN = 10;
const MOST = 50;
const STATUSES = [...new Set([...ENUMS.task_status, ...ENUMS.interaction_status])];

/** Everything that answers a question, by kind, with what narrows it; all of it in the URL. */
export function SearchPage() {
  const { t } = useTranslation('search');
  const [search, setSearch] = useListSearch();
  const text = (search.q ?? '').trim();
  return (
    <>
      <PageHeader title={t('title')} />
      <Question value={search.q ?? ''} onAsk={(q) => setSearch({ ...search, q: q || undefined })} />
      <Kinds search={search} onSearch={setSearch} />
      <Filters search={search} onSearch={setSearch} />
      {text.length < LEAST_CHARACTERS ? (
        <EmptyState icon={<IconSearch size={28} />} title={t('begin.title')} text={t('begin.text')} />
      ) : (
        <Answers search={search} onSearch={setSearch} text={text} />
      )}
    </>
  );
}

interface Part {
  search: ListSearch;
  onSearch: (next: ListSearch) => void;
}

function Question({ value, onAsk }: { value: string; onAsk: (text: string) => void }) {
  const { t } = useTranslation('search');
  const [typed, setTyped] = useState(value);
  const asked = useRef(value);
  const ask = useDebouncedCallback((text: string) => {
    asked.current = text;
    onAsk(text);
  }, 200);
  // A question that came from elsewhere (the palette, the back button) replaces what was typed.
  useEffect(() => {
    if (value !== asked.current) {
      asked.current = value;
      setTyped(value);
    }
  }, [value]);
  return (
    <TextInput
      type="search"
      size="md"
      autoFocus
      leftSection={<IconSearch size={18} />}
      aria-label={t('question')}
      placeholder={t('question')}
      value={typed}
      maxLength={200}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        ask(event.currentTarget.value);
      }}
      maw={720}
      mb="sm"
    />
  );
}

function listOf(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : [value].flat();
}

function usePermittedKinds() {
  const can = useCan();
  return FOUND_KINDS.filter((kind) => can(`${kind.permission}:read`));
}

function Kinds({ search, onSearch }: Part) {
  const { t } = useTranslation(['search', 'kinds']);
  const kinds = usePermittedKinds();
  return (
    <Chip.Group
      multiple
      value={listOf(search.types)}
      onChange={(types) => onSearch({ ...search, types: types.length > 0 ? types : undefined })}
    >
      <Group gap="xs" mb="sm" role="group" aria-label={t('search:filters.types')}>
        {kinds.map((kind) => (
          <Chip key={kind.kind} value={kind.kind} size="sm">
            {t(`kinds:${kind.resource}.many`)}
          </Chip>
        ))}
      </Group>
    </Chip.Group>
  );
}

/** What the search can be narrowed by; a kind without such a field has no results then. */
function Filters({ search, onSearch }: Part) {
  const { t, i18n } = useTranslation(['search', 'common', 'enums']);
  const field = useFieldLabel();
  const label = useEnumLabel();
  const set = (name: string) => (value: string | string[] | null) =>
    onSearch({ ...search, [name]: value === null || value.length === 0 ? undefined : value });
  const clear = { clearable: true, clearButtonProps: { 'aria-label': t('common:actions.clear') } };
  const one = (name: string) => listOf(search[name])[0] ?? null;
  const statusLabel = (status: string) =>
    (ENUMS.task_status as readonly string[]).includes(status)
      ? label('task_status', status)
      : label('interaction_status', status);
  return (
    <div className={classes.filters}>
      <Select
        label={field('organisations', 'pipeline_stage')}
        data={ENUMS.pipeline_stage.map((value) => ({ value, label: label('pipeline_stage', value) }))}
        value={one('pipeline_stage')}
        onChange={set('pipeline_stage')}
        {...clear}
      />
      <Select
        label={field('organisations', 'category')}
        data={ENUMS.category.map((value) => ({ value, label: label('category', value) }))}
        value={one('category')}
        onChange={set('category')}
        {...clear}
      />
      <Select
        label={field('tasks', 'status')}
        data={STATUSES.map((value) => ({ value, label: statusLabel(value) }))}
        value={one('status')}
        onChange={set('status')}
        {...clear}
      />
      <TagsInput
        label={field('organisations', 'city')}
        value={listOf(search.city)}
        onChange={set('city')}
        {...clear}
      />
      <RecordPicker
        resource="users"
        label={field('organisations', 'owner_id')}
        value={one('owner_id')}
        onChange={set('owner_id')}
      />
      <DateInput
        label={t('search:filters.from')}
        value={one('created_at__gte')}
        onChange={set('created_at__gte')}
        valueFormat="DD/MM/YYYY"
        dateParser={(typed) => dayOf(typed)}
        locale={i18n.language}
        {...clear}
      />
      <DateInput
        label={t('search:filters.to')}
        value={one('created_at__lte')}
        onChange={set('created_at__lte')}
        valueFormat="DD/MM/YYYY"
        dateParser={(typed) => dayOf(typed)}
        locale={i18n.language}
        {...clear}
      />
    </div>
  );
}

function Answers({ search, onSearch, text }: Part & { text: string }) {
  const { t } = useTranslation('search');
  const format = useFormat();
  const kinds = usePermittedKinds().map((kind) => kind.kind);
  const chosen = listOf(search.types).filter((type) => kinds.includes(type));
  const query = {
    q: text,
    types: chosen.length > 0 ? chosen : kinds,
    limit: chosen.length === 1 ? MOST : SHOWN,
    category: listOf(search.category),
    status: listOf(search.status),
    pipeline_stage: listOf(search.pipeline_stage),
    city: listOf(search.city),
    owner_id: listOf(search.owner_id),
    created_at__gte: listOf(search.created_at__gte)[0],
    created_at__lte: listOf(search.created_at__lte)[0],
  };
  const { data, error, refetch, isPlaceholderData } = useQuery({
    queryKey: ['search', 'find', query],
    queryFn: ({ signal }) => find(query, signal),
    placeholderData: keepPreviousData,
  });
  if (error && !data) return <LoadFailed error={error} onRetry={refetch} />;
  if (!data) {
    return (
      <Stack gap="sm" mt="md">
        {[1, 2, 3, 4].map((row) => (
          <Skeleton key={row} height={56} radius="md" />
        ))}
      </Stack>
    );
  }
  const groups = data.groups.filter((group) => kindOfFound(group.kind) && group.total > 0);
  if (groups.length === 0) {
    return (
      <EmptyState
        icon={<IconSearchOff size={28} />}
        title={t('palette.nothing', { text })}
        text={t('nothing_text')}
        action={
          <Button variant="light" onClick={() => onSearch({ q: search.q })}>
            {t('filters.clear')}
          </Button>
        }
      />
    );
  }
  const total = groups.reduce((sum, group) => sum + group.total, 0);
  return (
    <div style={{ opacity: isPlaceholderData ? 0.6 : 1 }}>
      <Text size="sm" c="dimmed" role="status" mt="md" mb="xs">
        {t('total', { count: total, total: format.number(total) })}
      </Text>
      <Stack gap="lg" maw={900}>
        {groups.map((group) => (
          <KindOfAnswers
            key={group.kind}
            group={group}
            text={text}
            onMore={
              group.total > group.items.length && chosen.length !== 1
                ? () => onSearch({ ...search, types: group.kind })
                : undefined
            }
          />
        ))}
      </Stack>
    </div>
  );
}

function KindOfAnswers({ group, text, onMore }: { group: FoundGroup; text: string; onMore?: () => void }) {
  const { t } = useTranslation(['search', 'kinds']);
  const format = useFormat();
  const kind = kindOfFound(group.kind);
  if (!kind) return null;
  return (
    <section aria-labelledby={`found-${group.kind}`}>
      <Group justify="space-between" mb={4}>
        <Title order={2} size="h5" id={`found-${group.kind}`}>
          {t(`kinds:${kind.resource}.many`)}{' '}
          <Text span c="dimmed" fw={400}>
            {format.number(group.total)}
          </Text>
        </Title>
        {onMore ? (
          <Button size="compact-sm" variant="subtle" onClick={onMore}>
            {t('search:all_of_kind')}
          </Button>
        ) : null}
      </Group>
      <Paper withBorder radius="md" component="ul" className={classes.found}>
        {group.items.map((found) => (
          <li key={found.id}>
            <Link to={pageOfFound(found) ?? '/'} className={classes.line}>
              <FoundLine found={found} typed={text} />
            </Link>
          </li>
        ))}
      </Paper>
      {group.total > group.items.length && !onMore ? (
        <Text size="sm" c="dimmed" mt={4}>
          {t('search:first_only', { count: group.items.length })}
        </Text>
      ) : null}
    </section>
  );
}
