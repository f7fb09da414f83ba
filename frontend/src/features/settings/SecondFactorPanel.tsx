import {
  Alert,
  Badge,
  Button,
  Code,
  Group,
  Modal,
  PasswordInput,
  Stack,
  Stepper,
  Text,
  TextInput,
} from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { QRCodeSVG } from 'qrcode.react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { Panel } from '@/components/Panel';
import { toasts } from '@/components/toasts';
import { passwordRefusal } from '@/features/auth/passwords';
import { api, bodyOf } from '@/lib/api/client';
import { ApiError } from '@/lib/api/errors';
import type { components } from '@/lib/api/schema';
import { session, useMe } from '@/lib/session';
import { RecoveryCodes } from './RecoveryCodes';

type Setup = components['schemas']['SecondFactorAnswer'];
type Dialogue = 'setup' | 'renew' | 'disable';

export function SecondFactorPanel() {
  const { t } = useTranslation('settings');
  const { user } = useMe();
  const [open, setOpen] = useState<Dialogue | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Panel
        title={t('totp.title')}
        text={t('totp.text')}
        badge={
          <Badge color={user.totp_enabled ? 'green' : 'gray'} variant="light" tt="none">
            {user.totp_enabled ? t('totp.on') : t('totp.off')}
          </Badge>
        }
        actions={
          user.totp_enabled ? (
            <>
              <Button variant="default" onClick={() => setOpen('renew')}>
                {t('totp.renew')}
              </Button>
              <Button variant="light" color="red" onClick={() => setOpen('disable')}>
                {t('totp.disable')}
              </Button>
            </>
          ) : (
            <Button onClick={() => setOpen('setup')} leftSection={<IconShieldCheck size={18} />}>
              {t('totp.enable')}
            </Button>
          )
        }
      />
      {open === 'setup' ? <SetUp onClose={close} /> : null}
      {open === 'renew' ? <Renew onClose={close} /> : null}
      {open === 'disable' ? <Disable onClose={close} /> : null}
    </>
  );
}

/** Asks for the password once more and does something with it; a wrong one is said at the field. */
function PasswordStep(props: {
  text: string;
  submit: string;
  color?: string;
  onPassword: (password: string) => Promise<unknown>;
}) {
  const { t } = useTranslation('settings');
  const { t: auth } = useTranslation('auth');
  const { t: common } = useTranslation();
  const [password, setPassword] = useState('');
  const check = useMutation({ mutationFn: props.onPassword });
  const wrong = passwordRefusal(check.error, 'password');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    check.mutate(password);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">{props.text}</Text>
        {check.error && !wrong ? (
          <Alert color="red" role="alert">
            {messageOf(check.error, common)}
          </Alert>
        ) : null}
        <PasswordInput
          label={t('password.current')}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          error={wrong ? auth(`password.refusals.${wrong}`) : null}
          required
          withAsterisk={false}
          maxLength={128}
          data-autofocus
          visibilityToggleButtonProps={{ 'aria-label': auth('showPassword') }}
        />
        <Group justify="flex-end">
          <Button type="submit" color={props.color} loading={check.isPending}>
            {props.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function SetUp({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const [setup, setSetup] = useState<Setup | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const step = codes ? 2 : setup ? 1 : 0;
  // The badge changes once the codes have been seen: until then the dialogue belongs to the panel as it was.
  const leave = () => {
    if (codes) void session.reload();
    onClose();
  };
  return (
    <Modal
      opened
      onClose={leave}
      title={t('totp.enable')}
      size="lg"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': common('actions.close') }}
    >
      <Stepper active={step} size="xs" mb="lg" allowNextStepsSelect={false} wrap={false}>
        <Stepper.Step label={t('totp.steps.password')} />
        <Stepper.Step label={t('totp.steps.app')} />
        <Stepper.Step label={t('totp.steps.codes')} />
      </Stepper>
      {codes ? (
        <RecoveryCodes codes={codes} onDone={leave} />
      ) : setup ? (
        <Confirm setup={setup} onCodes={setCodes} />
      ) : (
        <PasswordStep
          text={t('totp.passwordText')}
          submit={t('totp.next')}
          onPassword={async (password) =>
            setSetup(await bodyOf(api.POST('/v1/me/totp', { body: { password } })))
          }
        />
      )}
    </Modal>
  );
}

function Confirm({ setup, onCodes }: { setup: Setup; onCodes: (codes: string[]) => void }) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const [code, setCode] = useState('');
  const confirm = useMutation({
    mutationFn: () => bodyOf(api.POST('/v1/me/totp/confirm', { body: { code } })),
    onSuccess: (answer) => onCodes(answer.recovery_codes),
  });
  const wrong = confirm.error instanceof ApiError && confirm.error.status === 422;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">{t('totp.scan')}</Text>
        <Group align="center" gap="lg">
          <QRCodeSVG
            value={setup.address}
            size={176}
            marginSize={3}
            title={t('totp.qr')}
            style={{ borderRadius: 8, flex: 'none' }}
          />
          <Stack gap={4} style={{ flex: '1 1 220px', minWidth: 0 }}>
            <Text size="sm" c="dimmed">
              {t('totp.byHand')}
            </Text>
            <Code style={{ fontSize: '1rem', overflowWrap: 'anywhere' }}>
              {setup.secret.replace(/(.{4})(?=.)/g, '$1 ')}
            </Code>
          </Stack>
        </Group>
        {confirm.error && !wrong ? (
          <Alert color="red" role="alert">
            {messageOf(confirm.error, common)}
          </Alert>
        ) : null}
        <TextInput
          label={t('totp.code')}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value.replace(/\D/g, '').slice(0, 6))}
          error={wrong ? t('totp.wrongCode') : null}
          inputMode="numeric"
          autoComplete="one-time-code"
          classNames={{ input: 'one-time-code' }}
          maw={220}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button type="submit" loading={confirm.isPending} disabled={code.length !== 6}>
            {t('totp.confirm')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Renew({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const [codes, setCodes] = useState<string[] | null>(null);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('totp.renew')}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': common('actions.close') }}
    >
      {codes ? (
        <RecoveryCodes codes={codes} onDone={onClose} />
      ) : (
        <PasswordStep
          text={t('totp.renewText')}
          submit={t('totp.renew')}
          onPassword={async (password) => {
            const answer = await bodyOf(api.POST('/v1/me/totp/recovery-codes', { body: { password } }));
            setCodes(answer.recovery_codes);
          }}
        />
      )}
    </Modal>
  );
}

function Disable({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('totp.disable')}
      closeButtonProps={{ 'aria-label': common('actions.close') }}
    >
      <PasswordStep
        text={t('totp.disableText')}
        submit={t('totp.disable')}
        color="red"
        onPassword={async (password) => {
          await bodyOf(api.POST('/v1/me/totp/disable', { body: { password } }));
          await session.reload();
          toasts.done(t('totp.disabled'));
          onClose();
        }}
      />
    </Modal>
  );
}
