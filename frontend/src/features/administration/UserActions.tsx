import { ActionIcon, Menu, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import {
  IconDots,
  IconMailForward,
  IconPencil,
  IconShieldOff,
  IconTrash,
  IconUserCheck,
  IconUserOff,
} from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { toasts } from '@/components/toasts';
import { api, bodyOf } from '@/lib/api/client';
import type { User } from '@/lib/api/records';
import { KINDS, titleOf } from '@/lib/kinds';
import { useDeleteRecord, useUpdateRecord } from '@/lib/queries';
import { useCan, useMe } from '@/lib/session';
import { useGuardMessage } from './guards';

/** What can be done with a user, at the end of their row. Nobody does any of it to themselves, but edit. */
export function UserActions({ user, onEdit }: { user: User; onEdit: (user: User) => void }) {
  const { t } = useTranslation('administration');
  const { t: common } = useTranslation();
  const can = useCan();
  const self = useMe().user.id === user.id;
  const guard = useGuardMessage('user');
  const queryClient = useQueryClient();
  const name = titleOf(KINDS.users, user);
  const update = useUpdateRecord('users');
  const remove = useDeleteRecord('users');
  const failed = (error: unknown) => toasts.failed(guard(error));
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['users'] });
  const path = { params: { path: { id: user.id } } };
  const invite = useMutation({
    mutationFn: () => bodyOf(api.POST('/v1/users/{id}/invitation', path)),
    onSuccess: () => toasts.done(t('users.invited', { email: user.email })),
    onError: failed,
  });
  const resetFactor = useMutation({
    mutationFn: () => bodyOf(api.POST('/v1/users/{id}/totp/reset', path)),
    onSuccess: () => {
      toasts.done(t('users.factorReset', { name }));
      void refresh();
    },
    onError: failed,
  });
  const setActive = (is_active: boolean) =>
    update.mutate(
      { id: user.id, changes: { is_active } },
      {
        onSuccess: () => toasts.done(t(is_active ? 'users.activated' : 'users.deactivated', { name })),
        onError: failed,
      },
    );
  const confirm = (title: string, text: ReactNode, action: string, onConfirm: () => void) =>
    modals.openConfirmModal({
      title,
      children: <Text size="sm">{text}</Text>,
      labels: { confirm: action, cancel: common('actions.cancel') },
      confirmProps: { color: 'red' },
      onConfirm,
    });

  const mayUpdate = can('users:update');
  const items = [
    mayUpdate ? (
      <Menu.Item key="edit" leftSection={<IconPencil size={16} />} onClick={() => onEdit(user)}>
        {common('actions.edit')}
      </Menu.Item>
    ) : null,
    mayUpdate && !user.last_login_at && user.is_active && !self ? (
      <Menu.Item key="invite" leftSection={<IconMailForward size={16} />} onClick={() => invite.mutate()}>
        {t('users.inviteAgain')}
      </Menu.Item>
    ) : null,
    can('users:manage') && user.totp_enabled && !self ? (
      <Menu.Item
        key="factor"
        leftSection={<IconShieldOff size={16} />}
        onClick={() =>
          confirm(t('users.factorTitle', { name }), t('users.factorText'), t('users.resetFactor'), () =>
            resetFactor.mutate(),
          )
        }
      >
        {t('users.resetFactor')}
      </Menu.Item>
    ) : null,
    mayUpdate && !self && user.is_active ? (
      <Menu.Item
        key="off"
        leftSection={<IconUserOff size={16} />}
        onClick={() =>
          confirm(
            t('users.deactivateTitle', { name }),
            t('users.deactivateText'),
            t('users.deactivate'),
            () => setActive(false),
          )
        }
      >
        {t('users.deactivate')}
      </Menu.Item>
    ) : null,
    mayUpdate && !self && !user.is_active ? (
      <Menu.Item key="on" leftSection={<IconUserCheck size={16} />} onClick={() => setActive(true)}>
        {t('users.activate')}
      </Menu.Item>
    ) : null,
    can('users:delete') && !self ? (
      <Menu.Item
        key="delete"
        color="red"
        leftSection={<IconTrash size={16} />}
        onClick={() =>
          confirm(t('users.deleteTitle', { name }), t('users.deleteText'), common('actions.delete'), () =>
            remove.mutate(user.id, { onSuccess: () => toasts.done(common('deleted')), onError: failed }),
          )
        }
      >
        {common('actions.delete')}
      </Menu.Item>
    ) : null,
  ].filter(Boolean);
  if (items.length === 0) return null;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon color="gray" size="md" aria-label={t('actionsFor', { name })}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>{items}</Menu.Dropdown>
    </Menu>
  );
}
