import {
  Alert,
  Anchor,
  Badge,
  Button,
  Group,
  Modal,
  Paper,
  Progress,
  Select,
  SimpleGrid,
  Skeleton,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { IconCopyPlus, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed } from '@/components/LoadFailed';
import { PageHeader } from '@/components/PageHeader';
import type { Role } from '@/lib/api/records';
import { records } from '@/lib/api/records';
import { useCreateRecord, useRecordList } from '@/lib/queries';
import { useCan } from '@/lib/session';
import { useGuardMessage } from './guards';
import { slugOf } from './slugs';
import { usePermissions } from './usePermissions';

/** How many users have each role; counted by the users' list. */
function useUsersPerRole() {
  const can = useCan();
  return useQuery({
    queryKey: ['users', 'list', 'per-role'],
    queryFn: async () => (await records.list('users', { limit: 1, facets: 'role' })).facets?.role ?? {},
    enabled: can('users:read'),
  });
}

export function RolesPage() {
  const { t } = useTranslation('administration');
  const can = useCan();
  const roles = useRecordList('roles', { limit: 200, sort: 'name' });
  const known = usePermissions();
  const users = useUsersPerRole();
  const [creating, setCreating] = useState(false);
  const total = known.data?.permissions.length;
  return (
    <Stack maw={980} gap="md">
      <PageHeader
        title={t('roles.title')}
        subtitle={t('roles.text')}
        actions={
          can('roles:create') && roles.data ? (
            <Button leftSection={<IconCopyPlus size={18} />} onClick={() => setCreating(true)}>
              {t('roles.create')}
            </Button>
          ) : null
        }
      />
      {roles.error ? (
        <LoadFailed error={roles.error} onRetry={roles.refetch} />
      ) : roles.data ? (
        <SimpleGrid cols={{ base: 1, sm: 2 }} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
          {roles.data.items.map((role) => (
            <RoleCard
              key={role.id}
              role={role}
              total={total}
              users={users.data?.[role.id] ?? (users.data ? 0 : null)}
            />
          ))}
        </SimpleGrid>
      ) : (
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {['a', 'b', 'c', 'd'].map((key) => (
            <Skeleton key={key} height={132} />
          ))}
        </SimpleGrid>
      )}
      {creating && roles.data ? (
        <CreateRole roles={roles.data.items} onClose={() => setCreating(false)} />
      ) : null}
    </Stack>
  );
}

function RoleCard({ role, total, users }: { role: Role; total: number | undefined; users: number | null }) {
  const { t } = useTranslation('administration');
  const scope = role.scopes.default ?? 'own';
  return (
    <Paper component="li" withBorder p="md">
      <Group justify="space-between" gap="xs" mb={4}>
        <Anchor component={Link} to={`/settings/roles/${role.id}`} fw={600} size="lg">
          {role.name}
        </Anchor>
        <Badge variant="light" color={role.built_in ? 'gray' : 'grape'} tt="none">
          {role.built_in ? t('roles.builtIn') : t('roles.custom')}
        </Badge>
      </Group>
      <Text size="sm" c="dimmed">
        {t(`scopes.${scope}`)}
      </Text>
      <Group justify="space-between" mt="md" mb={6} gap="xs">
        <Text size="sm">
          {total === undefined
            ? t('roles.permissions', { count: role.permissions.length })
            : t('roles.permissionsOf', { count: role.permissions.length, total })}
        </Text>
        {users === null ? null : (
          <Group gap={4} c="dimmed">
            <IconUsers size={16} aria-hidden />
            <Text size="sm">{t('roles.users', { count: users })}</Text>
          </Group>
        )}
      </Group>
      <Progress
        value={total ? (role.permissions.length / total) * 100 : 0}
        size="sm"
        aria-label={t('roles.permissions', { count: role.permissions.length })}
      />
    </Paper>
  );
}

function CreateRole({ roles, onClose }: { roles: Role[]; onClose: () => void }) {
  const { t } = useTranslation('administration');
  const { t: common } = useTranslation();
  const navigate = useNavigate();
  const guard = useGuardMessage('role');
  const create = useCreateRecord('roles');
  const [name, setName] = useState('');
  const [slug, setSlug] = useState<string | null>(null);
  const [model, setModel] = useState<string>(roles.some((role) => role.id === 'viewer') ? 'viewer' : '');
  const id = slug ?? slugOf(name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const copied = roles.find((role) => role.id === model);
    create.mutate(
      {
        fields: {
          name: name.trim(),
          slug: id,
          permissions: copied?.permissions ?? [],
          scopes: copied?.scopes ?? { default: 'own' },
        },
      },
      { onSuccess: (role) => navigate({ to: `/settings/roles/${role.id}` }) },
    );
  };
  const invalid = create.error?.status === 422 ? create.error.fields : {};
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('roles.create')}
      closeButtonProps={{ 'aria-label': common('actions.close') }}
    >
      <form onSubmit={submit}>
        <Stack>
          {create.error && Object.keys(invalid).length === 0 ? (
            <Alert color="red" role="alert">
              {guard(create.error)}
            </Alert>
          ) : null}
          <TextInput
            label={t('roles.name')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            required
            maxLength={200}
            data-autofocus
            error={invalid.name ? t('invalid') : null}
          />
          <TextInput
            label={t('roles.slug')}
            description={t('roles.slugText')}
            value={id}
            onChange={(event) => setSlug(event.currentTarget.value)}
            required
            maxLength={50}
            spellCheck={false}
            error={invalid.slug ? t('roles.slugInvalid') : null}
          />
          <Select
            label={t('roles.copyOf')}
            description={t('roles.copyText')}
            data={[
              { value: '', label: t('roles.empty') },
              ...roles.map((role) => ({ value: role.id, label: role.name })),
            ]}
            value={model}
            onChange={(value) => setModel(value ?? '')}
            allowDeselect={false}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {common('actions.cancel')}
            </Button>
            <Button type="submit" loading={create.isPending} disabled={!name.trim() || !id}>
              {common('actions.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
