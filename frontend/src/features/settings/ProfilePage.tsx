import {
  Alert,
  Button,
  Group,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  useMantineColorScheme,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { RecordName } from '@/components/fields/RecordName';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { useRefusal } from '@/components/RecordForm/refusals';
import { toasts } from '@/components/toasts';
import { api, bodyOf } from '@/lib/api/client';
import type { ApiError } from '@/lib/api/errors';
import type { components } from '@/lib/api/schema';
import { LANGUAGES, type Language, speakFromNowOn } from '@/lib/i18n';
import { session, useCan, useMe } from '@/lib/session';

type Profile = components['schemas']['ProfileFieldsPatch'];

const ZONE = /^(UTC|[A-Z][\w+-]*(\/[A-Z][\w+-]*){1,2})$/;
const THEMES = ['light', 'dark', 'auto'] as const;

/** The time zones the API knows as well: Area/Place. */
function timeZones(kept: string): string[] {
  const known = Intl.supportedValuesOf('timeZone').filter((zone) => ZONE.test(zone));
  return [...new Set(['UTC', kept, ...known])].sort();
}

export function ProfilePage() {
  const { t } = useTranslation('settings');
  return (
    <Stack maw={760} gap="md">
      <PageHeader title={t('profile.title')} />
      <ProfileForm />
      <Appearance />
      <Account />
    </Stack>
  );
}

function ProfileForm() {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const { t: shell } = useTranslation('shell');
  const { user } = useMe();
  const queryClient = useQueryClient();
  const refusal = useRefusal();
  const form = useForm({
    initialValues: {
      first_name: user.first_name ?? '',
      last_name: user.last_name ?? '',
      phone: user.phone ?? '',
      locale: user.locale as string,
      timezone: user.timezone as string,
    },
  });
  const save = useMutation<unknown, ApiError, typeof form.values>({
    mutationFn: async (values) => {
      const body: Profile = {
        first_name: values.first_name.trim() || null,
        last_name: values.last_name.trim() || null,
        phone: values.phone.trim() || null,
        locale: values.locale,
        timezone: values.timezone,
        version: user.version,
      };
      await bodyOf(api.PATCH('/v1/me', { body }));
    },
    onSuccess: async (_answer, values) => {
      await session.reload();
      if (values.locale !== user.locale) await speakFromNowOn(values.locale);
      form.resetDirty(values);
      void queryClient.invalidateQueries({ queryKey: ['users'] });
      toasts.done(i18next.t('saved'));
    },
    onError: (error) => {
      if (error.status === 412) void session.reload();
      form.setErrors(
        Object.fromEntries(Object.entries(error.fields).map(([name, message]) => [name, refusal(message)])),
      );
    },
  });
  return (
    <Panel title={t('profile.identity')} text={t('profile.identityText')}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack gap="md">
          {save.error && Object.keys(form.errors).length === 0 ? (
            <Alert color="red" role="alert">
              {save.error.status === 412 ? t('profile.stale') : messageOf(save.error, common)}
            </Alert>
          ) : null}
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput
              label={t('profile.firstName')}
              autoComplete="given-name"
              maxLength={200}
              {...form.getInputProps('first_name')}
            />
            <TextInput
              label={t('profile.lastName')}
              autoComplete="family-name"
              maxLength={200}
              {...form.getInputProps('last_name')}
            />
            <TextInput
              type="tel"
              label={t('profile.phone')}
              autoComplete="tel"
              maxLength={40}
              {...form.getInputProps('phone')}
            />
          </SimpleGrid>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <Select
              label={t('profile.language')}
              description={t('profile.languageText')}
              data={LANGUAGES.map((value: Language) => ({ value, label: shell(`language.${value}`) }))}
              allowDeselect={false}
              {...form.getInputProps('locale')}
            />
            <Select
              label={t('profile.timezone')}
              description={t('profile.timezoneText')}
              data={timeZones(user.timezone ?? 'Europe/Paris')}
              searchable
              allowDeselect={false}
              nothingFoundMessage={common('none')}
              {...form.getInputProps('timezone')}
            />
          </SimpleGrid>
          <Group>
            <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
              {common('actions.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}

function Appearance() {
  const { t } = useTranslation('settings');
  const { t: shell } = useTranslation('shell');
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Panel title={t('profile.appearance')} text={t('profile.appearanceText')}>
      <SegmentedControl
        aria-label={shell('theme.label')}
        value={colorScheme}
        onChange={(value) => setColorScheme(value as (typeof THEMES)[number])}
        data={THEMES.map((value) => ({ value, label: shell(`theme.${value}`) }))}
      />
    </Panel>
  );
}

function Account() {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const { user } = useMe();
  const can = useCan();
  const facts = [
    { label: t('profile.email'), value: user.email },
    { label: t('profile.username'), value: user.username },
    {
      label: t('profile.role'),
      value: can('roles:read') ? <RecordName resource="roles" id={user.role} plain /> : user.role,
    },
    {
      label: t('profile.team'),
      value: user.team_id ? <RecordName resource="teams" id={user.team_id} plain /> : common('none'),
    },
  ];
  return (
    <Panel title={t('profile.account')} text={t('profile.accountText')}>
      <SimpleGrid cols={{ base: 1, xs: 2 }} component="dl" m={0}>
        {facts.map(({ label, value }) => (
          <div key={label}>
            <Text component="dt" size="sm" c="dimmed">
              {label}
            </Text>
            <Text component="dd" m={0} style={{ overflowWrap: 'anywhere' }}>
              {value}
            </Text>
          </div>
        ))}
      </SimpleGrid>
    </Panel>
  );
}
