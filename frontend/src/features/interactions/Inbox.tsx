import { ActionIcon, Button, Skeleton, Stack, Text, Title, Tooltip, UnstyledButton } from '@mantine/core';
import { IconCheck, IconInbox } from '@tabler/icons-react';
import { memo, useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '@/components/EmptyState';
import { ErrorText, messageOf } from '@/components/ErrorText';
import { EnumBadge } from '@/components/fields/EnumBadge';
import { RecordName } from '@/components/fields/RecordName';
import { toasts } from '@/components/toasts';
import { useUndoableUpdate } from '@/components/useUndoableUpdate';
import type { Interaction, ListParameters } from '@/lib/api/records';
import { useFormat } from '@/lib/format';
import { useRecordPages } from '@/lib/queries';
import { useCan } from '@/lib/session';
import { type Group, grouped } from './grouping';
import classes from './Inbox.module.css';
import { Reader } from './Reader';
import { TypeIcon } from './TypeIcon';

/** Interactions as an inbox: in groups, each with what it is about, and done with one click. */
export function Inbox({ question }: { question: ListParameters }) {
  const { t } = useTranslation(['interactions', 'common', 'data']);
  const format = useFormat();
  const pages = useRecordPages('interactions', { ...question, limit: 50 });
  const [read, setRead] = useState<Interaction | null>(null);
  const { data } = pages;
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  const groups = useMemo(() => grouped(items, String(question.sort ?? '')), [items, question.sort]);
  const close = useCallback(() => setRead(null), []);

  if (pages.isError && !data) {
    return (
      <Stack align="center" py="xl">
        <ErrorText error={pages.error} />
        <Button onClick={() => void pages.refetch()}>{t('common:actions.retry')}</Button>
      </Stack>
    );
  }
  if (!data) return <Pending />;
  if (items.length === 0) {
    return (
      <EmptyState
        icon={<IconInbox size={28} />}
        title={t('interactions:empty.title')}
        text={t('interactions:empty.text')}
      />
    );
  }
  const total = data.pages.at(-1)?.total ?? 0;
  return (
    <div aria-busy={pages.isPlaceholderData} className={pages.isPlaceholderData ? classes.stale : undefined}>
      <Text size="sm" c="dimmed" role="status" mb="xs">
        {t('data:count', { count: total, total: format.number(total), loaded: format.number(items.length) })}
      </Text>
      {groups.map((group) => (
        <section key={group.key} aria-labelledby={`group-${group.key}`}>
          <GroupTitle group={group} />
          <ul className={classes.list}>
            {group.items.map((item) => (
              <Item key={item.id} interaction={item} onRead={setRead} />
            ))}
          </ul>
        </section>
      ))}
      {pages.hasNextPage ? (
        <Button
          variant="subtle"
          fullWidth
          mt="sm"
          loading={pages.isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
        >
          {t('common:actions.more')}
        </Button>
      ) : null}
      <Reader interaction={items.find((item) => item.id === read?.id) ?? read} onClose={close} />
    </div>
  );
}

function GroupTitle({ group }: { group: Group }) {
  const { t } = useTranslation(['interactions', 'enums']);
  const format = useFormat();
  const days: Record<string, string> = {
    today: t('interactions:days.today'),
    yesterday: t('interactions:days.yesterday'),
  };
  const text = group.status
    ? t(`enums:interaction_status.${group.status}`)
    : (days[group.relative ?? ''] ?? format.date(group.key));
  return (
    <Title order={2} size="sm" c="dimmed" className={classes.group} id={`group-${group.key}`}>
      {text}
    </Title>
  );
}

const Item = memo(function Item(props: { interaction: Interaction; onRead: (one: Interaction) => void }) {
  const { t } = useTranslation(['interactions', 'common']);
  const format = useFormat();
  const { interaction } = props;
  const { subject, content, occurred_at, status, organisation_id, person_id } = interaction;
  return (
    <li className={classes.item} data-done={status === 'done' || undefined}>
      <TypeIcon type={interaction.type} />
      <div className={classes.main}>
        <UnstyledButton className={classes.subject} onClick={() => props.onRead(interaction)}>
          {subject || t('common:unknown')}
        </UnstyledButton>
        <Text size="sm" c="dimmed" component="div" className={classes.about}>
          {person_id ? <RecordName resource="people" id={person_id} /> : null}
          {person_id && organisation_id ? ' · ' : null}
          {organisation_id ? <RecordName resource="organisations" id={organisation_id} /> : null}
        </Text>
        {content ? (
          <Text size="sm" c="dimmed" lineClamp={1}>
            {content}
          </Text>
        ) : null}
      </div>
      <div className={classes.side}>
        <Text
          size="xs"
          c="dimmed"
          component="time"
          dateTime={occurred_at}
          title={format.dateTime(occurred_at)}
        >
          {format.relative(occurred_at)}
        </Text>
        {status ? <EnumBadge name="interaction_status" value={status} /> : null}
      </div>
      <Finish interaction={interaction} />
    </li>
  );
});

function Finish({ interaction }: { interaction: Interaction }) {
  const { t } = useTranslation('interactions');
  const { t: common } = useTranslation();
  const can = useCan();
  const update = useUndoableUpdate('interactions');
  if (!can('interactions:update')) return null;
  if (interaction.status === 'done') return <span className={classes.noAction} />;
  const finish = () =>
    update(interaction, { status: 'done' }, t('finished', { subject: interaction.subject })).catch(
      (error: unknown) => toasts.failed(messageOf(error, common)),
    );
  return (
    <Tooltip label={t('finish')}>
      <ActionIcon
        variant="default"
        radius="xl"
        aria-label={t('finish_one', { subject: interaction.subject })}
        onClick={() => void finish()}
      >
        <IconCheck size={16} />
      </ActionIcon>
    </Tooltip>
  );
}

function Pending() {
  return (
    <Stack gap="xs" aria-hidden>
      {[0, 1, 2, 3, 4, 5].map((place) => (
        <Skeleton key={place} height={64} radius="md" />
      ))}
    </Stack>
  );
}
