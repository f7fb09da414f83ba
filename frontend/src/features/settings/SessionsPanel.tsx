import { Badge, Button, Group, Skeleton, Stack, Text, ThemeIcon } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconDeviceDesktop, IconDeviceMobile } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { LoadFailed } from '@/components/LoadFailed';
import { Panel } from '@/components/Panel';
import { toasts } from '@/components/toasts';
import { api, bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { useFormat } from '@/lib/format';
import { session } from '@/lib/session';
import { deviceOf } from './devices';

type Row = components['schemas']['SessionRow'];

export function SessionsPanel() {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: () => bodyOf(api.GET('/v1/me/sessions')) });
  const leave = useMutation({
    mutationFn: () => session.logOut(true),
    onError: (error) => toasts.failed(messageOf(error, common)),
  });
  const confirm = () =>
    modals.openConfirmModal({
      title: t('sessions.everywhere'),
      children: <Text size="sm">{t('sessions.everywhereText')}</Text>,
      labels: { confirm: t('sessions.everywhere'), cancel: common('actions.cancel') },
      confirmProps: { color: 'red' },
      onConfirm: () => leave.mutate(),
    });
  return (
    <Panel
      title={t('sessions.title')}
      text={t('sessions.text')}
      actions={
        <Button variant="default" onClick={confirm} loading={leave.isPending}>
          {t('sessions.everywhere')}
        </Button>
      }
    >
      {sessions.error ? (
        <LoadFailed error={sessions.error} onRetry={sessions.refetch} />
      ) : sessions.data ? (
        <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: 'none' }}>
          {sessions.data.items.map((row) => (
            <SessionLine key={row.id} row={row} />
          ))}
        </Stack>
      ) : (
        <Stack>
          <Skeleton height={44} />
          <Skeleton height={44} />
        </Stack>
      )}
    </Panel>
  );
}

function SessionLine({ row }: { row: Row }) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const format = useFormat();
  const queryClient = useQueryClient();
  const device = deviceOf(row.user_agent);
  const name = [device.browser, device.system].filter(Boolean).join(' · ') || t('sessions.unknown');
  const end = useMutation({
    mutationFn: () => bodyOf(api.DELETE('/v1/me/sessions/{id}', { params: { path: { id: row.id } } })),
    onSuccess: () => toasts.done(t('sessions.ended')),
    onError: (error) => toasts.failed(messageOf(error, common)),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['sessions'] }),
  });
  return (
    <Group component="li" wrap="nowrap" align="flex-start" gap="sm">
      <ThemeIcon variant="light" color={row.current ? 'brand' : 'gray'} size={38} aria-hidden>
        {device.mobile ? <IconDeviceMobile size={20} /> : <IconDeviceDesktop size={20} />}
      </ThemeIcon>
      <Stack gap={0} style={{ flex: 1, minWidth: 0 }}>
        <Group gap="xs">
          <Text fw={600} size="sm">
            {name}
          </Text>
          {row.current ? (
            <Badge color="green" variant="light" tt="none">
              {t('sessions.current')}
            </Badge>
          ) : null}
        </Group>
        <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {row.ip ? `${row.ip} · ` : ''}
          {t('sessions.used', { when: format.relative(row.last_used_at) })}
        </Text>
        <Text size="xs" c="dimmed">
          {t('sessions.opened', { when: format.dateTime(row.created_at) })}
        </Text>
      </Stack>
      {row.current ? null : (
        <Button
          size="xs"
          variant="default"
          loading={end.isPending}
          onClick={() => end.mutate()}
          aria-label={t('sessions.endNamed', { name })}
        >
          {t('sessions.end')}
        </Button>
      )}
    </Group>
  );
}
