import { Alert, Button, Skeleton, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconLinkOff } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { api, bodyOf } from '@/lib/api/client';
import { ApiError } from '@/lib/api/errors';
import type { components } from '@/lib/api/schema';
import { useFormat } from '@/lib/format';
import { speakAs } from '@/lib/i18n';
import { AuthLayout } from './AuthLayout';
import { useFragmentToken } from './fragmentToken';
import { NewPasswordFields } from './NewPasswordFields';
import { brokenRules, passwordRefusal } from './passwords';
import { clock, useCountdown } from './useCountdown';

type Invitation = components['schemas']['Invitation'];
type Opening = '/v1/auth/reset-password' | '/v1/auth/accept-invitation';

const isSpent = (error: unknown) => error instanceof ApiError && error.status === 404;

export function ResetPasswordPage() {
  const { t } = useTranslation('auth');
  const token = useFragmentToken();
  const [spent, setSpent] = useState(token === null);
  const [done, setDone] = useState(false);
  if (done) return <Done title={t('reset.doneTitle')} text={t('reset.doneText')} />;
  if (spent || token === null) {
    return (
      <Spent title={t('reset.spentTitle')} text={t('reset.spentText')}>
        <Button component={Link} to="/forgot-password">
          {t('reset.ask')}
        </Button>
      </Spent>
    );
  }
  return (
    <AuthLayout title={t('reset.title')} intro={t('reset.intro')}>
      <PasswordForm
        token={token}
        opening="/v1/auth/reset-password"
        submit={t('reset.submit')}
        onDone={() => setDone(true)}
        onSpent={() => setSpent(true)}
      />
    </AuthLayout>
  );
}

export function InvitationPage() {
  const { t } = useTranslation('auth');
  const { t: common } = useTranslation();
  const format = useFormat();
  const token = useFragmentToken();
  const [spent, setSpent] = useState(token === null);
  const [done, setDone] = useState(false);
  const invitation = useQuery({
    queryKey: ['invitation', token],
    queryFn: () =>
      bodyOf(api.GET('/v1/auth/invitations/{token}', { params: { path: { token: token as string } } })),
    enabled: token !== null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const locale = invitation.data?.locale;
  useEffect(() => {
    if (locale) void speakAs(locale);
  }, [locale]);
  if (done) return <Done title={t('invitation.doneTitle')} text={t('invitation.doneText')} />;
  if (spent || isSpent(invitation.error)) {
    return <Spent title={t('invitation.spentTitle')} text={t('invitation.spentText')} />;
  }
  if (invitation.error) {
    return (
      <AuthLayout title={t('invitation.title')}>
        <Stack>
          <Alert color="red" role="alert">
            {messageOf(invitation.error, common)}
          </Alert>
          <Button onClick={() => invitation.refetch()}>{common('actions.retry')}</Button>
        </Stack>
      </AuthLayout>
    );
  }
  if (!invitation.data || token === null) {
    return (
      <AuthLayout title={t('invitation.title')}>
        <Stack aria-busy="true" aria-label={common('loading')} role="status">
          <Skeleton height={20} />
          <Skeleton height={36} />
          <Skeleton height={36} />
        </Stack>
      </AuthLayout>
    );
  }
  const { first_name, last_name, email, username, expires_at } = invitation.data;
  const name = [first_name, last_name].filter(Boolean).join(' ') || username;
  return (
    <AuthLayout
      title={t('invitation.welcome', { name })}
      intro={t('invitation.intro', { until: format.dateTime(expires_at) })}
    >
      <Whose invitation={invitation.data} />
      <PasswordForm
        token={token}
        opening="/v1/auth/accept-invitation"
        personal={[email, username, first_name, last_name]}
        username={email}
        submit={t('invitation.submit')}
        onDone={() => setDone(true)}
        onSpent={() => setSpent(true)}
      />
    </AuthLayout>
  );
}

function Whose({ invitation }: { invitation: Invitation }) {
  const { t } = useTranslation('auth');
  return (
    <Text mb="md" size="sm" style={{ overflowWrap: 'anywhere' }}>
      {t('invitation.names', { email: invitation.email, username: invitation.username })}
    </Text>
  );
}

function PasswordForm(props: {
  token: string;
  opening: Opening;
  submit: string;
  personal?: readonly (string | null)[];
  /** For password managers. */
  username?: string;
  onDone: () => void;
  onSpent: () => void;
}) {
  const { t } = useTranslation('auth');
  const { t: common } = useTranslation();
  const [password, setPassword] = useState('');
  const [repeated, setRepeated] = useState('');
  const wait = useCountdown();
  const save = useMutation<unknown, unknown, string>({
    mutationFn: (chosen) =>
      bodyOf(api.POST(props.opening, { body: { token: props.token, password: chosen } })),
    onSuccess: props.onDone,
    onError: (error) => {
      if (isSpent(error)) props.onSpent();
      else if (error instanceof ApiError && error.status === 429) wait.start(error.retryAfter ?? 60);
    },
  });
  const refusal = passwordRefusal(save.error, 'password');
  const fits = password === repeated && brokenRules(password, props.personal).length === 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fits) save.mutate(password);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {wait.left ? (
          <Alert color="orange" role="alert" title={t('throttled.title')}>
            {t('throttled.text')} {clock(wait.left)}
          </Alert>
        ) : save.error && !refusal && !isSpent(save.error) ? (
          <Alert color="red" role="alert">
            {messageOf(save.error, common)}
          </Alert>
        ) : null}
        {props.username ? (
          <input type="text" name="username" autoComplete="username" value={props.username} readOnly hidden />
        ) : null}
        <NewPasswordFields
          password={password}
          repeated={repeated}
          onPassword={(value) => {
            setPassword(value);
            if (save.error) save.reset();
          }}
          onRepeated={setRepeated}
          personal={props.personal}
          error={refusal ? t(`password.refusals.${refusal}`) : null}
          autoFocus
        />
        <Button type="submit" loading={save.isPending} disabled={!fits || wait.left > 0}>
          {props.submit}
        </Button>
      </Stack>
    </form>
  );
}

function Done({ title, text }: { title: string; text: string }) {
  const { t } = useTranslation('auth');
  return (
    <AuthLayout title={title}>
      <Stack>
        <Alert color="green" icon={<IconCircleCheck size={18} />} role="status">
          {text}
        </Alert>
        <Button component={Link} to="/login">
          {t('login.submit')}
        </Button>
      </Stack>
    </AuthLayout>
  );
}

function Spent({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  const { t } = useTranslation('auth');
  return (
    <AuthLayout title={title}>
      <Stack>
        <Alert color="orange" icon={<IconLinkOff size={18} />} role="alert">
          {text}
        </Alert>
        {children}
        <Button component={Link} to="/login" variant="default">
          {t('backToLogin')}
        </Button>
      </Stack>
    </AuthLayout>
  );
}
