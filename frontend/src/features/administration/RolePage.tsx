import {
  ActionIcon,
  Alert,
  Badge,
  Button,
  Group,
  Modal,
  Paper,
  Select,
  Skeleton,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconInfoCircle, IconTrash, IconX } from '@tabler/icons-react';
import { useBlocker, useNavigate, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { LoadFailed } from '@/components/LoadFailed';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { PermissionGrid } from '@/components/PermissionGrid/PermissionGrid';
import { usePermissionLabel } from '@/components/permissions';
import { toasts } from '@/components/toasts';
import { ApiError } from '@/lib/api/errors';
import type { Role } from '@/lib/api/records';
import { partsOf } from '@/lib/permissions';
import { useDeleteRecord, useRecord, useUpdateRecord } from '@/lib/queries';
import { session, useCan, useMe } from '@/lib/session';
import { useGuardMessage } from './guards';
import { usePermissions } from './usePermissions';
import './administration.css';

type Scope = Role['scopes'][string];
type Scopes = Record<string, Scope>;

const SCOPES = ['all', 'team', 'own'] as const satisfies readonly Scope[];

export function RolePage() {
  const { slug } = useParams({ strict: false }) as { slug: string };
  const { t } = useTranslation('administration');
  const role = useRecord('roles', slug);
  const known = usePermissions();
  const failed = role.error ?? known.error;
  if (failed) {
    if (failed instanceof ApiError && failed.status === 404) throw failed;
    return (
      <Stack maw={1100}>
        <PageHeader title={t('roles.one')} />
        <LoadFailed error={failed} onRetry={() => Promise.all([role.refetch(), known.refetch()])} />
      </Stack>
    );
  }
  if (!role.data || !known.data) {
    return (
      <Stack maw={1100}>
        <Skeleton height={36} width={260} />
        <Skeleton height={480} />
      </Stack>
    );
  }
  return <RoleEditor key={role.data.version} role={role.data} permissions={known.data.permissions} />;
}

/** Why the role's grants cannot be changed by who looks at it; null when they can. */
function useLocked(role: Role): 'admin' | 'own' | 'above' | 'permission' | null {
  const can = useCan();
  const { user } = useMe();
  if (!can('roles:update')) return 'permission';
  if (role.id === 'admin') return 'admin';
  if (role.id === user.role) return 'own';
  if (role.permissions.some((permission) => !can(permission))) return 'above';
  return null;
}

function sameScopes(a: Scopes, b: Scopes): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name] === b[name]);
}

function RoleEditor({ role, permissions }: { role: Role; permissions: string[] }) {
  const { t } = useTranslation('administration');
  const { t: common } = useTranslation();
  const can = useCan();
  const navigate = useNavigate();
  const me = useMe();
  const locked = useLocked(role);
  const guard = useGuardMessage('role');
  const [name, setName] = useState(role.name);
  const [held, setHeld] = useState<ReadonlySet<string>>(() => new Set(role.permissions));
  const [scopes, setScopes] = useState<Scopes>(() => ({ ...role.scopes }) as Scopes);
  const save = useUpdateRecord('roles');
  const remove = useDeleteRecord('roles');
  const { resources, actions } = useMemo(() => partsOf(permissions), [permissions]);
  const givable = useMemo(() => new Set(me.permissions), [me.permissions]);

  const regranted =
    held.size !== role.permissions.length ||
    role.permissions.some((permission) => !held.has(permission)) ||
    !sameScopes(scopes, role.scopes as Scopes);
  const dirty = regranted || name.trim() !== role.name;
  const blocker = useBlocker({
    shouldBlockFn: () => dirty && !remove.isSuccess,
    withResolver: true,
    enableBeforeUnload: dirty,
  });

  const setScope = (target: string, scope: Scope | null) =>
    setScopes(({ [target]: _before, ...rest }) => (scope ? { ...rest, [target]: scope } : rest));
  const reset = () => {
    setName(role.name);
    setHeld(new Set(role.permissions));
    setScopes({ ...role.scopes } as Scopes);
    save.reset();
  };
  const submit = () =>
    save.mutate(
      {
        id: role.id,
        version: role.version,
        changes: { name: name.trim(), ...(regranted ? { permissions: [...held].sort(), scopes } : {}) },
      },
      {
        onSuccess: () => {
          toasts.done(common('saved'));
          if (role.id === me.user.role) void session.reload();
        },
      },
    );
  const confirmDelete = () =>
    modals.openConfirmModal({
      title: t('roles.deleteTitle', { name: role.name }),
      children: <Text size="sm">{t('roles.deleteText')}</Text>,
      labels: { confirm: common('actions.delete'), cancel: common('actions.cancel') },
      confirmProps: { color: 'red' },
      onConfirm: () =>
        remove.mutate(role.id, {
          onSuccess: () => {
            toasts.done(common('deleted'));
            void navigate({ to: '/settings/roles', ignoreBlocker: true });
          },
          onError: (error) => toasts.failed(guard(error)),
        }),
    });

  const scopeOptions = SCOPES.map((value) => ({ value, label: t(`scopes.${value}`) }));
  const base = scopes.default ?? 'own';
  return (
    <Stack maw={1100} gap="md">
      <PageHeader
        title={role.name}
        subtitle={
          <Group gap="xs">
            <Badge variant="light" color={role.built_in ? 'gray' : 'grape'} tt="none">
              {role.built_in ? t('roles.builtIn') : t('roles.custom')}
            </Badge>
            <Text size="sm">{t('roles.permissionsOf', { count: held.size, total: permissions.length })}</Text>
          </Group>
        }
        actions={
          can('roles:delete') && !role.built_in && role.id !== me.user.role ? (
            <Button
              variant="light"
              color="red"
              leftSection={<IconTrash size={18} />}
              onClick={confirmDelete}
              loading={remove.isPending}
            >
              {common('actions.delete')}
            </Button>
          ) : null
        }
      />
      {locked ? (
        <Alert icon={<IconInfoCircle size={18} />} color="brand">
          {t(`roles.locked.${locked}`)}
        </Alert>
      ) : null}
      {can('roles:update') && locked !== 'above' ? (
        <TextInput
          label={t('roles.name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={200}
          maw={420}
          error={name.trim() ? null : common('required')}
        />
      ) : null}
      <Panel title={t('scope.title')} text={t('scope.text')}>
        <Select
          label={t('scope.default')}
          data={scopeOptions}
          value={base}
          onChange={(value) => setScope('default', (value as Scope | null) ?? 'own')}
          allowDeselect={false}
          disabled={locked !== null}
          maw={420}
        />
        <Exceptions
          scopes={scopes}
          held={held}
          options={scopeOptions}
          readOnly={locked !== null}
          onScope={setScope}
        />
      </Panel>
      <PermissionGrid
        label={t('roles.grid')}
        resources={resources}
        actions={actions}
        held={held}
        onChange={setHeld}
        givable={givable}
        readOnly={locked !== null}
        extra={{
          label: t('scope.column'),
          of: (resource) => (
            <Select
              size="xs"
              aria-label={t('scope.of', { resource: t(`resources.${resource}` as never) as string })}
              data={[
                { value: '', label: t('scope.inherited', { scope: t(`scopes.short.${base}`) }) },
                ...SCOPES.map((value) => ({ value, label: t(`scopes.short.${value}`) })),
              ]}
              value={scopes[resource] ?? ''}
              onChange={(value) => setScope(resource, (value || null) as Scope | null)}
              allowDeselect={false}
              disabled={locked !== null}
              comboboxProps={{ withinPortal: true, width: 'max-content', position: 'bottom-end' }}
            />
          ),
        }}
      />
      {dirty ? (
        <Paper
          withBorder
          shadow="md"
          p="sm"
          className="save-bar"
          role="region"
          aria-label={t('roles.unsaved')}
        >
          <Stack gap="xs">
            {save.error ? (
              <Alert color="red" role="alert">
                {save.error.code === 'stale_version' ? messageOf(save.error, common) : guard(save.error)}
              </Alert>
            ) : null}
            <Group justify="space-between">
              <Text size="sm">{t('roles.unsaved')}</Text>
              <Group gap="xs">
                <Button variant="default" onClick={reset}>
                  {t('roles.discard')}
                </Button>
                <Button onClick={submit} loading={save.isPending} disabled={!name.trim()}>
                  {common('actions.save')}
                </Button>
              </Group>
            </Group>
          </Stack>
        </Paper>
      ) : null}
      {blocker.status === 'blocked' ? (
        <LeaveDialogue onStay={blocker.reset} onLeave={blocker.proceed} />
      ) : null}
    </Stack>
  );
}

/** Permissions whose scope differs from that of their resource. */
function Exceptions(props: {
  scopes: Scopes;
  held: ReadonlySet<string>;
  options: { value: Scope; label: string }[];
  readOnly: boolean;
  onScope: (target: string, scope: Scope | null) => void;
}) {
  const { t } = useTranslation('administration');
  const label = usePermissionLabel();
  const exceptions = Object.keys(props.scopes).filter((target) => target.includes(':'));
  const addable = [...props.held].filter((permission) => !exceptions.includes(permission)).sort();
  if (props.readOnly && exceptions.length === 0) return null;
  return (
    <Stack gap="xs" mt="md">
      <Text size="sm" fw={500}>
        {t('scope.exceptions')}
      </Text>
      {exceptions.map((permission) => (
        <Group key={permission} gap="xs" wrap="nowrap" align="center">
          <Text size="sm" style={{ flex: '0 1 240px', minWidth: 0 }}>
            {label(permission)}
          </Text>
          <Select
            aria-label={t('scope.of', { resource: label(permission) })}
            size="xs"
            data={props.options}
            value={props.scopes[permission]}
            onChange={(value) => props.onScope(permission, value as Scope)}
            allowDeselect={false}
            disabled={props.readOnly}
            style={{ flex: '0 1 280px' }}
          />
          {props.readOnly ? null : (
            <ActionIcon
              color="gray"
              aria-label={t('scope.remove', { permission: label(permission) })}
              onClick={() => props.onScope(permission, null)}
            >
              <IconX size={16} />
            </ActionIcon>
          )}
        </Group>
      ))}
      {props.readOnly ? null : (
        <Select
          aria-label={t('scope.add')}
          placeholder={t('scope.add')}
          size="xs"
          maw={320}
          data={addable.map((permission) => ({ value: permission, label: label(permission) }))}
          value={null}
          onChange={(permission) => permission && props.onScope(permission, 'own')}
          searchable
        />
      )}
    </Stack>
  );
}

function LeaveDialogue({ onStay, onLeave }: { onStay: () => void; onLeave: () => void }) {
  const { t } = useTranslation('administration');
  return (
    <Modal opened onClose={onStay} title={t('roles.leaveTitle')} withCloseButton={false}>
      <Stack>
        <Text size="sm">{t('roles.leaveText')}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onLeave}>
            {t('roles.discard')}
          </Button>
          <Button onClick={onStay} data-autofocus>
            {t('roles.stay')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
