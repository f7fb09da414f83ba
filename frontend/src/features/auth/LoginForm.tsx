import { Alert, Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { IconAlertCircle, IconClock } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { ApiError } from '@/lib/api/errors';
import { session } from '@/lib/session';
import { clock, useCountdown } from './useCountdown';
import './auth.css';

const CHALLENGE_LIFETIME = 5 * 60_000;

type Problem =
  | { kind: 'credentials' | 'code' | 'recovery' | 'challenge' }
  | { kind: 'other'; error: unknown };

/**
 * Name and password, then the second factor where one is set up. What follows a login is up to who watches the session.
 * `login` is the name to begin with.
 */
export function LoginForm({ login = '' }: { login?: string }) {
  const { t } = useTranslation('auth');
  const [name, setName] = useState(login);
  const [password, setPassword] = useState('');
  const [challenge, setChallenge] = useState<{ token: string; since: number } | null>(null);
  const [code, setCode] = useState('');
  const [recovery, setRecovery] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const wait = useCountdown();
  const passwordInput = useRef<HTMLInputElement>(null);

  const attempt = async (work: () => Promise<void>, refused: () => Problem) => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      if (error instanceof ApiError && error.status === 429) wait.start(error.retryAfter ?? 60);
      else if (error instanceof ApiError && (error.status === 401 || error.status === 422))
        setProblem(refused());
      else setProblem({ kind: 'other', error });
    } finally {
      setBusy(false);
    }
  };

  const sendPassword = (event: FormEvent) => {
    event.preventDefault();
    if (busy || wait.left) return;
    void attempt(
      async () => {
        const token = await session.logIn(name.trim(), password);
        setPassword('');
        if (token) setChallenge({ token, since: Date.now() });
      },
      () => {
        passwordInput.current?.select();
        return { kind: 'credentials' };
      },
    );
  };

  const sendCode = (given: string) => {
    if (!challenge || busy || wait.left) return;
    void attempt(
      () => session.completeLogIn(challenge.token, given.trim()),
      () => {
        setCode('');
        if (Date.now() - challenge.since < CHALLENGE_LIFETIME)
          return { kind: recovery ? 'recovery' : 'code' };
        setChallenge(null);
        return { kind: 'challenge' };
      },
    );
  };

  const submitCode = (event: FormEvent) => {
    event.preventDefault();
    sendCode(code);
  };
  const typeCode = (typed: string) => {
    if (recovery) return setCode(typed);
    const digits = typed.replace(/\D/g, '').slice(0, 6);
    setCode(digits);
    if (digits.length === 6) sendCode(digits);
  };
  const begin = (usesRecovery: boolean) => {
    setRecovery(usesRecovery);
    setCode('');
    setProblem(null);
  };

  const notice = <Notice problem={problem} seconds={wait.left} />;

  if (challenge) {
    return (
      <form onSubmit={submitCode} key={String(recovery)}>
        <Stack gap="md">
          <Text>{t(recovery ? 'code.recoveryText' : 'code.text')}</Text>
          {notice}
          <TextInput
            label={t(recovery ? 'code.recoveryLabel' : 'code.label')}
            value={code}
            onChange={(event) => typeCode(event.currentTarget.value)}
            inputMode={recovery ? 'text' : 'numeric'}
            autoComplete="one-time-code"
            autoFocus
            required
            withAsterisk={false}
            maxLength={40}
            classNames={recovery ? undefined : { input: 'one-time-code' }}
            spellCheck={false}
          />
          <Button type="submit" loading={busy} disabled={wait.left > 0}>
            {t('code.submit')}
          </Button>
          <Anchor component="button" type="button" size="sm" onClick={() => begin(!recovery)}>
            {t(recovery ? 'code.useApp' : 'code.useRecovery')}
          </Anchor>
          <Anchor
            component="button"
            type="button"
            size="sm"
            onClick={() => {
              begin(false);
              setChallenge(null);
            }}
          >
            {t('code.startAgain')}
          </Anchor>
        </Stack>
      </form>
    );
  }

  return (
    <form onSubmit={sendPassword}>
      <Stack gap="md">
        {notice}
        <TextInput
          label={t('login.name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus={!login}
          required
          withAsterisk={false}
          maxLength={254}
          name="login"
        />
        <PasswordInput
          ref={passwordInput}
          label={t('login.password')}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          autoFocus={Boolean(login)}
          required
          withAsterisk={false}
          maxLength={128}
          name="password"
          visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
        />
        <Button type="submit" loading={busy} disabled={wait.left > 0}>
          {t('login.submit')}
        </Button>
        <Anchor component={Link} to="/forgot-password" size="sm" ta="center">
          {t('login.forgot')}
        </Anchor>
      </Stack>
    </form>
  );
}

function Notice({ problem, seconds }: { problem: Problem | null; seconds: number }) {
  const { t } = useTranslation('auth');
  const { t: common } = useTranslation();
  if (seconds > 0) {
    return (
      <Alert color="orange" icon={<IconClock size={18} />} title={t('throttled.title')} role="alert">
        {t('throttled.text')}{' '}
        <Text span fw={700} aria-live="off" inherit>
          {clock(seconds)}
        </Text>
      </Alert>
    );
  }
  if (!problem) return null;
  return (
    <Alert color="red" icon={<IconAlertCircle size={18} />} role="alert">
      {problem.kind === 'other' ? messageOf(problem.error, common) : t(`problems.${problem.kind}`)}
    </Alert>
  );
}
