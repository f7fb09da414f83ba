import {
  Alert,
  Badge,
  Button,
  Code,
  CopyButton,
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
import { IconAlertTriangle, IconCheck, IconCopy, IconKey, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '@/components/EmptyState';
import { messageOf } from '@/components/ErrorText';
import { LoadFailed } from '@/components/LoadFailed';
import { PageHeader } from '@/components/PageHeader';
import { PermissionGrid } from '@/components/PermissionGrid/PermissionGrid';
import { usePermissionLabel } from '@/components/permissions';
import { toasts } from '@/components/toasts';
import { api, bodyOf } from '@/lib/api/client';
import type { ApiError } from '@/lib/api/errors';
import type { components } from '@/lib/api/schema';
import { useFormat } from '@/lib/format';
import { partsOf } from '@/lib/permissions';
import { useMe } from '@/lib/session';

type Key = components['schemas']['ApiKeyRow'];
type NewKey = components['schemas']['NewApiKeyRow'];

const DAY = 86_400_000;
const LIFETIMES = { month: 30, quarter: 90, year: 365, never: null } as const;
type Lifetime = keyof typeof LIFETIMES;

const FEW = 4;

export function ApiKeysPage() {
  const { t } = useTranslation('settings');
  const [creating, setCreating] = useState(false);
  const keys = useQuery({ queryKey: ['api-keys'], queryFn: () => bodyOf(api.GET('/v1/api-keys')) });
  const begin = (
    <Button leftSection={<IconPlus size={18} />} onClick={() => setCreating(true)}>
      {t('keys.create')}
    </Button>
  );
  const items = keys.data?.items;
  return (
    <Stack maw={880} gap="md">
      <PageHeader title={t('keys.title')} subtitle={t('keys.text')} actions={items?.length ? begin : null} />
      {keys.error ? (
        <LoadFailed error={keys.error} onRetry={keys.refetch} />
      ) : !items ? (
        <Stack>
          <Skeleton height={84} />
          <Skeleton height={84} />
        </Stack>
      ) : items.length === 0 ? (
        <Paper withBorder>
          <EmptyState
            icon={<IconKey size={28} />}
            title={t('keys.none')}
            text={t('keys.noneText')}
            action={begin}
          />
        </Paper>
      ) : (
        <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: 'none' }}>
          {items.map((key) => (
            <KeyLine key={key.id} apiKey={key} />
          ))}
        </Stack>
      )}
      {creating ? <CreateKey onClose={() => setCreating(false)} /> : null}
    </Stack>
  );
}

function KeyLine({ apiKey }: { apiKey: Key }) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const format = useFormat();
  const label = usePermissionLabel();
  const queryClient = useQueryClient();
  const [all, setAll] = useState(false);
  const expired = apiKey.expires_at !== null && new Date(apiKey.expires_at) <= new Date();
  const revoke = useMutation({
    mutationFn: () => bodyOf(api.DELETE('/v1/api-keys/{id}', { params: { path: { id: apiKey.id } } })),
    onSuccess: () => toasts.done(t('keys.revoked', { name: apiKey.name })),
    onError: (error) => toasts.failed(messageOf(error, common)),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['api-keys'] }),
  });
  const confirm = () =>
    modals.openConfirmModal({
      title: t('keys.revokeTitle', { name: apiKey.name }),
      children: <Text size="sm">{t('keys.revokeText')}</Text>,
      labels: { confirm: t('keys.revoke'), cancel: common('actions.cancel') },
      confirmProps: { color: 'red' },
      onConfirm: () => revoke.mutate(),
    });
  const shown = all ? apiKey.scopes : apiKey.scopes.slice(0, FEW);
  return (
    <Paper withBorder p="md" component="li">
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="sm">
        <Stack gap={6} style={{ minWidth: 0 }}>
          <Group gap="xs">
            <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
              {apiKey.name}
            </Text>
            {expired ? (
              <Badge color="red" variant="light" tt="none">
                {t('keys.expired')}
              </Badge>
            ) : null}
          </Group>
          <Text size="sm" c="dimmed">
            {t('keys.created', { when: format.date(apiKey.created_at) })} ·{' '}
            {apiKey.expires_at
              ? t('keys.until', { when: format.date(apiKey.expires_at) })
              : t('keys.forever')}
          </Text>
          <Group gap={4}>
            {shown.map((scope) => (
              <Badge key={scope} variant="light" color="gray" tt="none" fw={500}>
                {label(scope)}
              </Badge>
            ))}
            {apiKey.scopes.length > FEW ? (
              <Button size="compact-xs" variant="subtle" onClick={() => setAll(!all)} aria-expanded={all}>
                {all ? t('keys.fewer') : t('keys.moreScopes', { count: apiKey.scopes.length - FEW })}
              </Button>
            ) : null}
          </Group>
        </Stack>
        <Button
          size="xs"
          variant="light"
          color="red"
          onClick={confirm}
          loading={revoke.isPending}
          aria-label={t('keys.revokeNamed', { name: apiKey.name })}
          style={{ flex: 'none' }}
        >
          {t('keys.revoke')}
        </Button>
      </Group>
    </Paper>
  );
}

function CreateKey({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const { permissions } = useMe();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [lifetime, setLifetime] = useState<Lifetime>('quarter');
  const [scopes, setScopes] = useState<ReadonlySet<string>>(new Set());
  const create = useMutation<NewKey, ApiError>({
    mutationFn: () => {
      const days = LIFETIMES[lifetime];
      const expires_at = days === null ? null : new Date(Date.now() + days * DAY).toISOString();
      return bodyOf(
        api.POST('/v1/api-keys', { body: { name: name.trim(), scopes: [...scopes], expires_at } }),
      );
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['api-keys'] }),
  });
  const { resources, actions } = partsOf(permissions);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={create.data ? t('keys.madeTitle') : t('keys.create')}
      size={create.data ? 'md' : 'xl'}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': common('actions.close') }}
    >
      {create.data ? (
        <Made made={create.data} onDone={onClose} />
      ) : (
        <form onSubmit={submit}>
          <Stack>
            {create.error ? (
              <Alert color="red" role="alert">
                {create.error.code === 'conflict' ? t('keys.tooMany') : messageOf(create.error, common)}
              </Alert>
            ) : null}
            <Group align="flex-start" grow preventGrowOverflow={false}>
              <TextInput
                label={t('keys.name')}
                description={t('keys.nameText')}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                required
                maxLength={200}
                data-autofocus
                miw={220}
              />
              <Select
                label={t('keys.lifetime')}
                description={t('keys.lifetimeText')}
                data={(Object.keys(LIFETIMES) as Lifetime[]).map((value) => ({
                  value,
                  label: t(`keys.lifetimes.${value}`),
                }))}
                value={lifetime}
                onChange={(value) => setLifetime((value as Lifetime | null) ?? 'quarter')}
                allowDeselect={false}
                miw={180}
              />
            </Group>
            <Stack gap={6}>
              <Text size="sm" fw={500}>
                {t('keys.scopes')}
              </Text>
              <Text size="xs" c="dimmed">
                {t('keys.scopesText')}
              </Text>
              <PermissionGrid
                label={t('keys.scopes')}
                resources={resources}
                actions={actions}
                held={scopes}
                onChange={setScopes}
                givable={new Set(permissions)}
              />
            </Stack>
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {common('actions.cancel')}
              </Button>
              <Button type="submit" loading={create.isPending} disabled={!name.trim() || scopes.size === 0}>
                {t('keys.create')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

function Made({ made, onDone }: { made: NewKey; onDone: () => void }) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  return (
    <Stack>
      <Alert color="orange" icon={<IconAlertTriangle size={18} />}>
        {t('keys.madeText')}
      </Alert>
      <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
        {made.key}
      </Code>
      <Group justify="space-between">
        <CopyButton value={made.key}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              onClick={copy}
              leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            >
              {copied ? common('actions.copied') : common('actions.copy')}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onDone}>{t('keys.madeDone')}</Button>
      </Group>
    </Stack>
  );
}
