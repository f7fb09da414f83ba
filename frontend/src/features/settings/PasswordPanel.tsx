import { Alert, Button, Group, PasswordInput, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { Panel } from '@/components/Panel';
import { toasts } from '@/components/toasts';
import { NewPasswordFields } from '@/features/auth/NewPasswordFields';
import { brokenRules, passwordRefusal } from '@/features/auth/passwords';
import { api, bodyOf } from '@/lib/api/client';
import type { ApiError } from '@/lib/api/errors';
import { useMe } from '@/lib/session';

const EMPTY = { current: '', chosen: '', repeated: '' };

export function PasswordPanel() {
  const { t } = useTranslation('settings');
  const { t: auth } = useTranslation('auth');
  const { t: common } = useTranslation();
  const { user } = useMe();
  const queryClient = useQueryClient();
  const [given, setGiven] = useState(EMPTY);
  const personal = [user.email, user.username, user.first_name, user.last_name];
  const save = useMutation<unknown, ApiError, typeof EMPTY>({
    mutationFn: ({ current, chosen }) =>
      bodyOf(
        api.POST('/v1/auth/change-password', { body: { current_password: current, new_password: chosen } }),
      ),
    onSuccess: () => {
      setGiven(EMPTY);
      toasts.done(t('password.done'));
      void queryClient.invalidateQueries({ queryKey: ['sessions'] });
    },
  });
  const change = (part: Partial<typeof EMPTY>) => {
    setGiven((before) => ({ ...before, ...part }));
    if (save.error) save.reset();
  };
  const wrong = passwordRefusal(save.error, 'current_password');
  const refused = passwordRefusal(save.error, 'new_password');
  const fits =
    given.current !== '' &&
    given.chosen === given.repeated &&
    brokenRules(given.chosen, personal).length === 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fits) save.mutate(given);
  };
  return (
    <Panel title={t('password.title')} text={t('password.text')}>
      <form onSubmit={submit}>
        <Stack gap="md" maw={420}>
          {save.error && !wrong && !refused ? (
            <Alert color="red" role="alert">
              {messageOf(save.error, common)}
            </Alert>
          ) : null}
          <input type="text" name="username" autoComplete="username" value={user.email} readOnly hidden />
          <PasswordInput
            label={t('password.current')}
            value={given.current}
            onChange={(event) => change({ current: event.currentTarget.value })}
            autoComplete="current-password"
            error={wrong ? auth(`password.refusals.${wrong}`) : null}
            maxLength={128}
            visibilityToggleButtonProps={{ 'aria-label': auth('showPassword') }}
          />
          <NewPasswordFields
            password={given.chosen}
            repeated={given.repeated}
            onPassword={(chosen) => change({ chosen })}
            onRepeated={(repeated) => change({ repeated })}
            personal={personal}
            error={refused ? auth(`password.refusals.${refused}`) : null}
          />
          <Group>
            <Button type="submit" loading={save.isPending} disabled={!fits}>
              {t('password.submit')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}
