import { ActionIcon, Group, Text, UnstyledButton } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArchive,
  IconArrowRight,
  IconCalendarDue,
  IconCheck,
  IconChecklist,
  IconMessages,
  IconMoodSad,
  IconTrophy,
  IconUserPlus,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/lib/format';
import { kindNamed, pageOf } from '@/lib/kinds';
import { type Notification, type NotificationType, useChangeNotification } from './api';
import classes from './notifications.module.css';
import { useNotificationText } from './useNotificationText';

const ICONS: Record<NotificationType, ReactNode> = {
  task_assigned: <IconChecklist size={18} />,
  task_due: <IconCalendarDue size={18} />,
  task_overdue: <IconAlertTriangle size={18} />,
  task_completed: <IconCheck size={18} />,
  interaction_new: <IconMessages size={18} />,
  pipeline_moved: <IconArrowRight size={18} />,
  deal_won: <IconTrophy size={18} />,
  deal_lost: <IconMoodSad size={18} />,
  new_contact: <IconUserPlus size={18} />,
};

export function pageOfNotification(one: Notification): string | null {
  const kind = kindNamed(one.kind);
  return kind ? pageOf(kind.resource, one.record_id) : null;
}

/** One notification; opening it reads it and leads to its record. */
export function NotificationLine({
  notification,
  onOpen,
  archivable = false,
}: {
  notification: Notification;
  onOpen?: () => void;
  archivable?: boolean;
}) {
  const { t } = useTranslation('notifications');
  const format = useFormat();
  const textOf = useNotificationText();
  const navigate = useNavigate();
  const change = useChangeNotification();
  const { text, detail } = textOf(notification);
  const unread = notification.read_at === null;
  const urgent = notification.priority === 'high' || notification.priority === 'urgent';
  const open = () => {
    if (unread) change.mutate({ id: notification.id, change: 'read' });
    onOpen?.();
    const page = pageOfNotification(notification);
    if (page) void navigate({ to: page });
  };
  return (
    <Group gap={4} wrap="nowrap" className={classes.line} data-unread={unread || undefined}>
      <UnstyledButton className={classes.open} onClick={open}>
        <Text span lh={0} c={urgent ? 'var(--mantine-color-error)' : 'dimmed'} aria-hidden pt={2}>
          {ICONS[notification.type]}
        </Text>
        <span style={{ minWidth: 0, flex: 1 }}>
          <Text
            component="span"
            display="block"
            size="sm"
            fw={unread ? 600 : 400}
            style={{ overflowWrap: 'anywhere' }}
          >
            {text}
          </Text>
          <Text component="span" display="block" size="xs" c="dimmed">
            {detail ? `${detail} · ` : null}
            <time dateTime={notification.created_at} title={format.dateTime(notification.created_at)}>
              {format.relative(notification.created_at)}
            </time>
            {unread ? ` · ${t('unread')}` : null}
          </Text>
        </span>
      </UnstyledButton>
      {archivable ? (
        <ActionIcon
          color="gray"
          aria-label={t('archive', { text })}
          title={t('archive_short')}
          onClick={() => change.mutate({ id: notification.id, change: 'archive' })}
        >
          <IconArchive size={17} />
        </ActionIcon>
      ) : null}
    </Group>
  );
}
