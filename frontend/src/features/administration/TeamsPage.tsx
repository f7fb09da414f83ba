import {
  ActionIcon,
  Alert,
  Anchor,
  Button,
  Group,
  Menu,
  Modal,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { modals } from '@mantine/modals';
import { IconDots, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DataView } from '@/components/DataView';
import { useFieldLabel } from '@/components/fields/labels';
import { PageHeader } from '@/components/PageHeader';
import { toasts } from '@/components/toasts';
import { records, type Team } from '@/lib/api/records';
import { TEAMS } from '@/lib/kinds';
import { useCreateRecord, useDeleteRecord, useUpdateRecord } from '@/lib/queries';
import { useCan } from '@/lib/session';
import { useGuardMessage } from './guards';

const route = getRouteApi('/shell/settings/teams');
const NO_HREF = () => null;

export function TeamsPage() {
  const { t } = useTranslation('administration');
  const can = useCan();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [open, setOpen] = useState<Team | 'new' | null>(null);
  const edit = useCallback((team: Team) => setOpen(team), []);
  const actions = useCallback((team: Team) => <TeamActions team={team} onEdit={edit} />, [edit]);
  const columns = useMemo(
    () => [
      {
        name: 'members',
        header: t('teams.members'),
        width: 140,
        cell: (team: Team) => <Members id={team.id} />,
      },
    ],
    [t],
  );
  return (
    <>
      <PageHeader
        title={t('teams.title')}
        subtitle={t('teams.text')}
        actions={
          can('teams:create') ? (
            <Button leftSection={<IconPlus size={18} />} onClick={() => setOpen('new')}>
              {t('teams.create')}
            </Button>
          ) : null
        }
      />
      <DataView
        kind={TEAMS}
        search={search}
        onSearch={(next) => navigate({ search: next })}
        rowHref={NO_HREF}
        onOpen={can('teams:update') ? edit : undefined}
        extraColumns={can('users:read') ? columns : undefined}
        rowActions={can('teams:update') || can('teams:delete') ? actions : undefined}
        selectable={false}
      />
      {open ? (
        <TeamDialog
          key={open === 'new' ? 'new' : open.id}
          team={open === 'new' ? null : open}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </>
  );
}

/** How many users the team has, leading to them. One count answers for all teams. */
function Members({ id }: { id: string }) {
  const { t } = useTranslation('administration');
  const { data } = useQuery({
    queryKey: ['users', 'list', 'per-team'],
    queryFn: async () => (await records.list('users', { limit: 1, facets: 'team_id' })).facets?.team_id ?? {},
    staleTime: 15_000,
  });
  if (!data) return null;
  const count = data[id] ?? 0;
  return count ? (
    <Anchor component={Link} to="/settings/users" search={{ team_id: id } as never} inherit>
      {t('teams.count', { count })}
    </Anchor>
  ) : (
    <Text span inherit c="dimmed">
      {t('teams.count', { count })}
    </Text>
  );
}

function TeamActions({ team, onEdit }: { team: Team; onEdit: (team: Team) => void }) {
  const { t } = useTranslation('administration');
  const { t: common } = useTranslation();
  const can = useCan();
  const guard = useGuardMessage('team');
  const remove = useDeleteRecord('teams');
  const confirm = () =>
    modals.openConfirmModal({
      title: t('teams.deleteTitle', { name: team.name }),
      children: <Text size="sm">{t('teams.deleteText')}</Text>,
      labels: { confirm: common('actions.delete'), cancel: common('actions.cancel') },
      confirmProps: { color: 'red' },
      onConfirm: () =>
        remove.mutate(team.id, {
          onSuccess: () => toasts.done(common('deleted')),
          onError: (error) => toasts.failed(guard(error)),
        }),
    });
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon color="gray" size="md" aria-label={t('actionsFor', { name: team.name })}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {can('teams:update') ? (
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => onEdit(team)}>
            {common('actions.edit')}
          </Menu.Item>
        ) : null}
        {can('teams:delete') ? (
          <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={confirm}>
            {common('actions.delete')}
          </Menu.Item>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  );
}

function TeamDialog({ team, onClose }: { team: Team | null; onClose: () => void }) {
  const { t } = useTranslation('administration');
  const { t: common } = useTranslation();
  const label = useFieldLabel();
  const guard = useGuardMessage('team');
  const create = useCreateRecord('teams');
  const update = useUpdateRecord('teams');
  const form = useForm({
    initialValues: { name: team?.name ?? '', description: team?.description ?? '' },
    validate: { name: (name) => (name.trim() ? null : common('required')) },
  });
  const error = create.error ?? update.error;
  const saved = {
    onSuccess: () => {
      toasts.done(common('saved'));
      onClose();
    },
  };
  const submit = form.onSubmit(({ name, description }) => {
    const fields = { name: name.trim(), description: description.trim() || null };
    if (team) update.mutate({ id: team.id, changes: fields, version: team.version }, saved);
    else create.mutate({ fields }, saved);
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={team ? team.name : t('teams.create')}
      closeButtonProps={{ 'aria-label': common('actions.close') }}
    >
      <form onSubmit={submit}>
        <Stack>
          {error ? (
            <Alert color="red" role="alert">
              {guard(error)}
            </Alert>
          ) : null}
          <TextInput
            label={label('teams', 'name')}
            required
            maxLength={200}
            data-autofocus
            {...form.getInputProps('name')}
          />
          <Textarea
            label={label('teams', 'description')}
            autosize
            minRows={3}
            maxRows={10}
            {...form.getInputProps('description')}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {common('actions.cancel')}
            </Button>
            <Button
              type="submit"
              loading={create.isPending || update.isPending}
              disabled={team !== null && !form.isDirty()}
            >
              {team ? common('actions.save') : common('actions.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
