import { Alert, Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { IconArrowLeft, IconMailCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { api, bodyOf } from '@/lib/api/client';
import type { ApiError } from '@/lib/api/errors';
import { AuthLayout } from './AuthLayout';
import { clock, useCountdown } from './useCountdown';

/** The answer is the same whether the address is known or not; so is what we say. */
export function ForgotPasswordPage() {
  const { t } = useTranslation('auth');
  const { t: common } = useTranslation();
  const [email, setEmail] = useState('');
  const wait = useCountdown();
  const request = useMutation<unknown, ApiError, string>({
    mutationFn: (address) => bodyOf(api.POST('/v1/auth/forgot-password', { body: { email: address } })),
    onError: (error) => error.status === 429 && wait.start(error.retryAfter ?? 60),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    request.mutate(email.trim());
  };
  const back = (
    <Anchor
      component={Link}
      to="/login"
      size="sm"
      display="inline-flex"
      style={{ alignItems: 'center', gap: 6 }}
    >
      <IconArrowLeft size={16} aria-hidden /> {t('backToLogin')}
    </Anchor>
  );
  if (request.isSuccess) {
    return (
      <AuthLayout title={t('forgot.sentTitle')}>
        <Stack gap="md">
          <Alert color="green" icon={<IconMailCheck size={18} />} role="status">
            {t('forgot.sent', { email: request.variables })}
          </Alert>
          <Text c="dimmed" size="sm">
            {t('forgot.sentHint')}
          </Text>
          <Button variant="default" onClick={() => request.reset()}>
            {t('forgot.again')}
          </Button>
          {back}
        </Stack>
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title={t('forgot.title')} intro={t('forgot.intro')}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {wait.left ? (
            <Alert color="orange" role="alert" title={t('throttled.title')}>
              {t('throttled.text')} {clock(wait.left)}
            </Alert>
          ) : request.error && request.error.status !== 429 ? (
            <Alert color="red" role="alert">
              {messageOf(request.error, common)}
            </Alert>
          ) : null}
          <TextInput
            type="email"
            label={t('forgot.email')}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            autoComplete="email"
            autoFocus
            required
            withAsterisk={false}
            minLength={3}
            maxLength={254}
          />
          <Button type="submit" loading={request.isPending} disabled={wait.left > 0}>
            {t('forgot.submit')}
          </Button>
          {back}
        </Stack>
      </form>
    </AuthLayout>
  );
}
