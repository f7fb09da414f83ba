import {
  Alert,
  Button,
  Group,
  Modal,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { useFieldLabel } from '@/components/fields/labels';
import { RecordPicker } from '@/components/fields/RecordPicker';
import { useRefusal } from '@/components/RecordForm/refusals';
import { toasts } from '@/components/toasts';
import type { User } from '@/lib/api/records';
import { LANGUAGES } from '@/lib/i18n';
import { KINDS, titleOf } from '@/lib/kinds';
import { useCreateRecord, useUpdateRecord } from '@/lib/queries';
import { useMe } from '@/lib/session';
import { useGuardMessage } from './guards';

interface Values {
  email: string;
  username: string;
  first_name: string;
  last_name: string;
  phone: string;
  role: string | null;
  team_id: string | null;
  locale: string;
  is_active: boolean;
}

function valuesOf(user: User | null, team_id: string | null): Values {
  return {
    email: user?.email ?? '',
    username: user?.username ?? '',
    first_name: user?.first_name ?? '',
    last_name: user?.last_name ?? '',
    phone: user?.phone ?? '',
    role: user?.role ?? null,
    team_id: user ? (user.team_id ?? null) : team_id,
    locale: user?.locale ?? 'fr',
    is_active: user?.is_active ?? true,
  };
}

/** The API's form of what was typed: trimmed, and null where nothing is. */
function fieldsOf(values: Values): Record<string, unknown> {
  const trimmed = Object.entries(values).map(([name, value]) => {
    const plain = typeof value === 'string' ? value.trim() : value;
    return [name, plain === '' ? null : plain];
  });
  return Object.fromEntries(trimmed);
}

/** A username to begin with: what stands before the @, as far as usernames allow it. */
export function suggestedUsername(email: string): string {
  return (email.split('@')[0] ?? '')
    .replace(/[^a-zA-Z0-9._-]+/g, '-')
    .replace(/^[^a-zA-Z0-9]+|[^a-zA-Z0-9]+$/g, '')
    .slice(0, 50);
}

/** Invites somebody, or edits a user. */
export function UserDialog({ user, onClose }: { user: User | null; onClose: () => void }) {
  const { t } = useTranslation('administration');
  const { t: common } = useTranslation();
  const { t: shell } = useTranslation('shell');
  const label = useFieldLabel();
  const me = useMe();
  const guard = useGuardMessage('user');
  const refusal = useRefusal();
  const initial = valuesOf(user, me.user.team_id ?? null);
  const form = useForm<Values>({
    initialValues: initial,
    validate: { role: (role) => (role ? null : common('required')) },
  });
  const create = useCreateRecord('users');
  const update = useUpdateRecord('users');
  const error = create.error ?? update.error;
  const self = user?.id === me.user.id;
  const moves = me.scopes.default === 'all';

  const refused = (failure: { fields: Record<string, string>; status: number }) => {
    if (failure.status === 422)
      form.setErrors(
        Object.fromEntries(
          Object.entries(failure.fields).map(([name, message]) => [
            name,
            name === 'username' ? t('users.usernameRule') : refusal(message),
          ]),
        ),
      );
  };
  const submit = form.onSubmit((values) => {
    const fields = fieldsOf(values);
    if (!user) {
      create.mutate(
        { fields },
        {
          onSuccess: () => {
            toasts.done(t('users.invited', { email: values.email.trim() }));
            onClose();
          },
          onError: refused,
        },
      );
      return;
    }
    const before = fieldsOf(initial);
    const changes = Object.fromEntries(
      Object.entries(fields).filter(([name, value]) => before[name] !== value),
    );
    update.mutate(
      { id: user.id, changes, version: user.version },
      {
        onSuccess: () => {
          toasts.done(common('saved'));
          onClose();
        },
        onError: refused,
      },
    );
  });
  const text = (name: 'email' | 'username' | 'first_name' | 'last_name' | 'phone') => ({
    label: name === 'username' ? t('users.username') : label('users', name),
    ...form.getInputProps(name),
  });
  const picked = (name: 'role' | 'team_id') => ({
    value: form.values[name],
    onChange: (id: string | null) => form.setFieldValue(name, id),
    error: form.errors[name] ? String(form.errors[name]) : null,
  });
  const fillUsername = () => {
    if (!user && !form.values.username) form.setFieldValue('username', suggestedUsername(form.values.email));
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={user ? titleOf(KINDS.users, user) : t('users.invite')}
      size="lg"
      closeButtonProps={{ 'aria-label': common('actions.close') }}
    >
      <form onSubmit={submit}>
        <Stack>
          {user ? null : (
            <Text size="sm" c="dimmed">
              {t('users.inviteText')}
            </Text>
          )}
          {error && !Object.keys(form.errors).length ? (
            <Alert color="red" role="alert">
              {guard(error)}
            </Alert>
          ) : null}
          {self ? <Alert color="brand">{t('users.self')}</Alert> : null}
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput
              type="email"
              required
              maxLength={254}
              data-autofocus
              {...text('email')}
              onBlur={fillUsername}
            />
            <TextInput required maxLength={50} spellCheck={false} {...text('username')} />
            <TextInput maxLength={200} {...text('first_name')} />
            <TextInput maxLength={200} {...text('last_name')} />
            <TextInput type="tel" maxLength={40} {...text('phone')} />
            <Select
              label={label('users', 'locale')}
              data={LANGUAGES.map((value) => ({ value, label: shell(`language.${value}`) }))}
              allowDeselect={false}
              {...form.getInputProps('locale')}
            />
            <RecordPicker
              resource="roles"
              label={label('users', 'role')}
              required
              disabled={self}
              {...picked('role')}
            />
            <RecordPicker
              resource="teams"
              label={label('users', 'team_id')}
              disabled={self && !moves}
              {...picked('team_id')}
            />
          </SimpleGrid>
          {user ? (
            <Switch
              label={t('users.active')}
              description={t('users.activeText')}
              disabled={self}
              {...form.getInputProps('is_active', { type: 'checkbox' })}
            />
          ) : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {common('actions.cancel')}
            </Button>
            <Button
              type="submit"
              loading={create.isPending || update.isPending}
              disabled={user !== null && !form.isDirty()}
            >
              {user ? common('actions.save') : t('users.send')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
