import {
  ActionIcon,
  Button,
  Group,
  Indicator,
  Popover,
  ScrollArea,
  Skeleton,
  Stack,
  Text,
} from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorText } from '@/components/ErrorText';
import { useReadAll, useRecentNotifications } from './api';
import { NotificationLine } from './NotificationLine';
import { useNotificationChannel } from './useNotificationChannel';

/** How many are unread, the newest of them, and the channel on which new ones arrive. */
export function NotificationBell() {
  const { t } = useTranslation('notifications');
  const [opened, setOpened] = useState(false);
  useNotificationChannel();
  const { data, error } = useRecentNotifications();
  const readAll = useReadAll();
  const unread = data?.unread ?? 0;
  const close = () => setOpened(false);
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      width={380}
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <ActionIcon
          onClick={() => setOpened(!opened)}
          aria-label={unread > 0 ? t('bell_unread', { count: unread }) : t('title')}
        >
          <Indicator
            disabled={unread === 0}
            label={unread > 99 ? '99+' : unread}
            size={16}
            color="red"
            offset={3}
            aria-hidden
          >
            <IconBell size={20} />
          </Indicator>
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p="xs" maw="calc(100vw - 16px)" aria-label={t('title')}>
        <Group justify="space-between" px={8} pb={6}>
          <Text fw={650}>{t('title')}</Text>
          {unread > 0 ? (
            <Button
              size="compact-xs"
              variant="subtle"
              loading={readAll.isPending}
              onClick={() => readAll.mutate()}
            >
              {t('read_all')}
            </Button>
          ) : null}
        </Group>
        <ScrollArea.Autosize mah="min(60vh, 460px)" type="auto">
          <Stack gap={2}>
            {error && !data ? <ErrorText error={error} /> : null}
            {!data && !error ? [1, 2, 3].map((row) => <Skeleton key={row} height={52} radius="md" />) : null}
            {data?.items.map((one) => (
              <NotificationLine key={one.id} notification={one} onOpen={close} />
            ))}
            {data?.items.length === 0 ? (
              <Text c="dimmed" size="sm" ta="center" py="lg">
                {t('empty.text')}
              </Text>
            ) : null}
          </Stack>
        </ScrollArea.Autosize>
        <Button
          component={Link}
          to="/notifications"
          onClick={close}
          variant="subtle"
          fullWidth
          mt={6}
          size="sm"
        >
          {t('see_all')}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
