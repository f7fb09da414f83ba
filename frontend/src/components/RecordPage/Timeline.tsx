import {
  Anchor,
  Button,
  Group,
  SegmentedControl,
  Skeleton,
  Stack,
  Text,
  ThemeIcon,
  Title,
} from '@mantine/core';
import {
  IconBrandLinkedin,
  IconCheckbox,
  IconDots,
  IconHistory,
  IconLink,
  IconMail,
  IconNote,
  IconPhone,
  IconUsersGroup,
  IconVideo,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '@/components/EmptyState';
import { EnumBadge } from '@/components/fields/EnumBadge';
import { useEnumLabel } from '@/components/fields/labels';
import { RecordName } from '@/components/fields/RecordName';
import { kindIcon } from '@/components/kindIcon';
import { LoadFailed } from '@/components/LoadFailed';
import type { Interaction, Task, TimelineItem } from '@/lib/api/records';
import { useFormat } from '@/lib/format';
import { useLanguage } from '@/lib/i18n';
import { kindNamed, pageOf, titleOf } from '@/lib/kinds';
import { useTimeline } from '@/lib/queries';
import { Diff, type FieldChanges } from './Diff';
import classes from './RecordPage.module.css';

const FILTERS = ['all', 'interaction', 'task', 'change'] as const;
type Filter = (typeof FILTERS)[number];

const ICONS = {
  email: IconMail,
  phone: IconPhone,
  meeting: IconUsersGroup,
  visio: IconVideo,
  note: IconNote,
  linkedin: IconBrandLinkedin,
  other: IconDots,
};

interface Props {
  resource: 'organisations' | 'people';
  id: string;
  version: number;
}

/** What happened with a record, newest first, by day. */
export function Timeline({ resource, id, version }: Props) {
  const { t } = useTranslation('records');
  const [filter, setFilter] = useState<Filter>('all');
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useTimeline(
    resource,
    id,
    version,
  );
  if (isPending) return <TimelineSkeleton />;
  if (error) return <LoadFailed error={error} onRetry={refetch} />;
  const all = data.pages.flatMap((page) => page.items);
  const shown = all.filter((item) => filter === 'all' || item.type === filter);
  return (
    <section aria-label={t('timeline.title')}>
      <SegmentedControl
        size="xs"
        aria-label={t('timeline.filter')}
        value={filter}
        onChange={(value) => setFilter(value as Filter)}
        data={FILTERS.map((value) => ({ value, label: t(`timeline.filters.${value}`) }))}
        style={{ maxWidth: '100%' }}
      />
      {shown.length === 0 ? (
        <EmptyState
          icon={<IconHistory size={26} />}
          title={t('timeline.empty')}
          text={hasNextPage ? undefined : t('timeline.empty_text')}
        />
      ) : (
        <Days items={shown} page={{ resource, id }} />
      )}
      {hasNextPage ? (
        <Group justify="center" mt="md">
          <Button variant="default" onClick={() => fetchNextPage()} loading={isFetchingNextPage}>
            {t('timeline.older')}
          </Button>
        </Group>
      ) : null}
    </section>
  );
}

function Days({ items, page }: { items: TimelineItem[]; page: { resource: string; id: string } }) {
  const day = useDayName();
  const days = new Map<string, TimelineItem[]>();
  for (const item of items) {
    const name = day(item.at);
    days.set(name, [...(days.get(name) ?? []), item]);
  }
  return [...days].map(([name, some]) => (
    <section key={name} aria-label={name}>
      <Title order={3} size="h6" c="dimmed" fw={600} className={classes.day}>
        {name}
      </Title>
      <ul className={classes.entries}>
        {some.map((item) => (
          <Entry key={`${item.kind} ${item.id} ${item.record.version ?? ''}`} item={item} page={page} />
        ))}
      </ul>
    </section>
  ));
}

/** "Today", "Yesterday", or the day in full. */
function useDayName(): (at: string) => string {
  const { t } = useTranslation('records');
  const language = useLanguage();
  const full = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'fr-FR', { dateStyle: 'full' });
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  return (at) => {
    const date = new Date(at);
    if (date.toDateString() === today.toDateString()) return t('timeline.today');
    if (date.toDateString() === yesterday.toDateString()) return t('timeline.yesterday');
    const text = full.format(date);
    return text.charAt(0).toUpperCase() + text.slice(1);
  };
}

function Entry({ item, page }: { item: TimelineItem; page: { resource: string; id: string } }) {
  if (item.type === 'interaction')
    return <InteractionEntry interaction={item.record as Interaction} page={page} />;
  if (item.type === 'task') return <TaskEntry task={item.record as Task} />;
  if (item.type === 'change') return <ChangeEntry item={item} />;
  return <RecordEntry item={item} />;
}

/** A mandate, a contract or an event, where it stands in time. */
function RecordEntry({ item }: { item: TimelineItem }) {
  const { t } = useTranslation('kinds');
  const kind = kindNamed(item.kind);
  if (!kind) return null;
  return (
    <li className={classes.entry}>
      <ThemeIcon variant="light" size={28} radius="xl" aria-hidden>
        {kindIcon(item.kind)}
      </ThemeIcon>
      <div>
        <Text size="sm">
          {t(`${kind.resource}.one`)}&nbsp;:{' '}
          <Anchor component={Link} to={pageOf(kind.resource, item.id) ?? '/'} fw={600} inherit>
            {titleOf(kind, item.record)}
          </Anchor>
        </Text>
        <Text size="xs" c="dimmed" component="div">
          <Time at={item.at} />
        </Text>
      </div>
    </li>
  );
}

function Time({ at }: { at: string }) {
  const language = useLanguage();
  const format = useFormat();
  const time = new Date(at).toLocaleTimeString(language === 'en' ? 'en-GB' : 'fr-FR', {
    hour: '2-digit',
    minute: '2-digit',
  });
  return (
    <time dateTime={at} title={format.dateTime(at)}>
      {time}
    </time>
  );
}

function InteractionEntry(props: { interaction: Interaction; page: { resource: string; id: string } }) {
  const { interaction, page } = props;
  const { t } = useTranslation('records');
  const label = useEnumLabel();
  const format = useFormat();
  const Icon = ICONS[interaction.type];
  const other =
    page.resource === 'people'
      ? ({ resource: 'organisations', id: interaction.organisation_id } as const)
      : ({ resource: 'people', id: interaction.person_id } as const);
  return (
    <li className={classes.entry} data-card>
      <ThemeIcon variant="light" size={28} radius="xl" aria-hidden>
        <Icon size={16} />
      </ThemeIcon>
      <div>
        <Group gap={6} justify="space-between" align="baseline">
          <Anchor component={Link} to={`/interactions/${interaction.id}`} fw={600} size="sm" c="inherit">
            {interaction.subject}
          </Anchor>
          {interaction.status === 'done' ? null : (
            <EnumBadge name="interaction_status" value={interaction.status} />
          )}
        </Group>
        <Text size="xs" c="dimmed" component="div">
          {label('interaction_type', interaction.type)}
          {interaction.direction ? ` · ${label('direction', interaction.direction)}` : null} ·{' '}
          <Time at={interaction.occurred_at} />
          {interaction.owner_id ? (
            <>
              {' · '}
              <RecordName resource="users" id={interaction.owner_id} plain />
            </>
          ) : null}
          {other.id ? (
            <>
              {' · '}
              <RecordName resource={other.resource} id={other.id} />
            </>
          ) : null}
        </Text>
        {interaction.content ? (
          <Text size="sm" mt={4} lineClamp={4} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {interaction.content}
          </Text>
        ) : null}
        {interaction.next_action_at ? (
          <Text size="xs" mt={4} fw={600}>
            {t('timeline.next_action', { date: format.dateTime(interaction.next_action_at) })}
          </Text>
        ) : null}
      </div>
    </li>
  );
}

function TaskEntry({ task }: { task: Task }) {
  const { t } = useTranslation('records');
  const format = useFormat();
  return (
    <li className={classes.entry} data-card>
      <ThemeIcon variant="light" color="gray" size={28} radius="xl" aria-hidden>
        <IconCheckbox size={16} />
      </ThemeIcon>
      <div>
        <Group gap={6} justify="space-between" align="baseline">
          <Anchor component={Link} to={`/tasks/${task.id}`} fw={600} size="sm" c="inherit">
            {task.title}
          </Anchor>
          <EnumBadge name="task_status" value={task.status} />
        </Group>
        <Text size="xs" c="dimmed" component="div">
          {t('timeline.task')}
          {task.due_date ? ` · ${t('timeline.due', { date: format.date(task.due_date) })}` : null}
          {task.assigned_to ? (
            <>
              {' · '}
              <RecordName resource="users" id={task.assigned_to} plain />
            </>
          ) : null}
        </Text>
      </div>
    </li>
  );
}

function ChangeEntry({ item }: { item: TimelineItem }) {
  const { t } = useTranslation('records');
  const kind = kindNamed(item.kind);
  const { by, version, changes } = item.record as { by: string; version: number; changes: FieldChanges };
  if (!kind) return null;
  const event = eventOf(version, changes);
  const isLink = kind.resource === 'person-organisation-links';
  return (
    <li className={classes.entry}>
      <ThemeIcon variant="transparent" color="gray" size={28} aria-hidden>
        {isLink ? <IconLink size={16} /> : <IconHistory size={16} />}
      </ThemeIcon>
      <div>
        <Text size="sm" component="div" c="dimmed">
          <Actor id={by} /> {t(`timeline.${isLink ? 'link' : 'record'}.${event}`)}
          {isLink ? (
            <>
              {' '}
              <LinkEnds id={item.id} changes={changes} />
            </>
          ) : null}{' '}
          · <Time at={item.at} />
        </Text>
        {event === 'changed' ? <Diff kind={kind} changes={changes} /> : null}
      </div>
    </li>
  );
}

function LinkEnds({ id, changes }: { id: string; changes: FieldChanges }) {
  const person = changes.person_name?.[1];
  const organisation = changes.organisation_name?.[1];
  if (!person || !organisation) return <RecordName resource="person-organisation-links" id={id} plain />;
  return (
    <>
      {String(person)} – {String(organisation)}
    </>
  );
}

/** Who made a change; what no person did, the product did. */
export function Actor({ id }: { id: string }) {
  const { t } = useTranslation('records');
  return (
    <Text span inherit fw={600} c="var(--mantine-color-text)">
      {/^[0-7][0-9A-Z]{25}$/.test(id) ? <RecordName resource="users" id={id} plain /> : t('timeline.system')}
    </Text>
  );
}

export function eventOf(
  version: number,
  changes: FieldChanges,
): 'created' | 'deleted' | 'restored' | 'changed' {
  if (version === 1) return 'created';
  const [before, after] = changes.deleted_at ?? [];
  if (after) return 'deleted';
  return before ? 'restored' : 'changed';
}

export function TimelineSkeleton() {
  return (
    <Stack gap="sm" aria-hidden>
      {[0, 1, 2, 3].map((line) => (
        <Skeleton key={line} height={58} radius="md" />
      ))}
    </Stack>
  );
}
