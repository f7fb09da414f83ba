import { Button, Group } from '@mantine/core';
import { notifications as toaster } from '@mantine/notifications';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { closable } from '@/components/toasts';
import { openChannel } from '@/lib/realtime';
import { useSession } from '@/lib/session';
import { type Notification, useChangeNotification, useIncoming } from './api';
import { pageOfNotification } from './NotificationLine';
import { useNotificationText } from './useNotificationText';

/** Receives notifications as they are made; pressing ones also show at the edge of the screen. */
export function useNotificationChannel(): void {
  const { status } = useSession();
  const incoming = useIncoming();
  const toast = usePressingToast();
  const latest = useRef({ incoming, toast });
  useEffect(() => {
    latest.current = { incoming, toast };
  });
  useEffect(() => {
    if (status !== 'signed_in') return;
    return openChannel({
      onOpen: () => latest.current.incoming.catchUp(),
      onMessage: (message) => {
        if (message.type !== 'notification') return;
        const one = message.notification as Notification;
        latest.current.incoming.arrive(one, Number(message.unread));
        if (one.priority === 'high' || one.priority === 'urgent') latest.current.toast(one);
      },
    });
  }, [status]);
}

function usePressingToast(): (one: Notification) => void {
  const { t } = useTranslation();
  const textOf = useNotificationText();
  const navigate = useNavigate();
  const change = useChangeNotification();
  return (one) => {
    const { text, detail } = textOf(one);
    const page = pageOfNotification(one);
    const open = () => {
      toaster.hide(one.id);
      change.mutate({ id: one.id, change: 'read' });
      if (page) void navigate({ to: page });
    };
    toaster.show({
      ...closable(),
      id: one.id,
      title: text,
      message: (
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <span>{detail}</span>
          {page ? (
            <Button size="compact-sm" variant="light" onClick={open}>
              {t('actions.open')}
            </Button>
          ) : null}
        </Group>
      ),
      color: one.priority === 'urgent' ? 'red' : 'orange',
      autoClose: 12_000,
      role: 'alert',
    });
  };
}
