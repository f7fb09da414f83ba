import { PasswordInput, Stack } from '@mantine/core';
import { IconCheck, IconPoint } from '@tabler/icons-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { brokenRules } from './passwords';
import './auth.css';

interface Props {
  password: string;
  repeated: string;
  onPassword: (value: string) => void;
  onRepeated: (value: string) => void;
  /** Names and addresses of the user, which no password may be. */
  personal?: readonly (string | null | undefined)[];
  error?: string | null;
  autoFocus?: boolean;
}

/** A new password, typed twice, with the rules it has to keep. */
export function NewPasswordFields(props: Props) {
  const { t } = useTranslation('auth');
  const rulesId = useId();
  const broken = brokenRules(props.password, props.personal);
  const typed = props.password !== '';
  const rules = [
    { text: t('password.rules.length'), met: typed && !broken.includes('short') && !broken.includes('long') },
    ...(props.personal
      ? [{ text: t('password.rules.personal'), met: typed && !broken.includes('personal') }]
      : []),
    { text: t('password.rules.common'), met: false },
  ];
  const different = props.repeated !== '' && props.repeated !== props.password;
  const toggle = { 'aria-label': t('showPassword') };
  return (
    <Stack gap="md">
      <PasswordInput
        label={t('password.new')}
        value={props.password}
        onChange={(event) => props.onPassword(event.currentTarget.value)}
        autoComplete="new-password"
        autoFocus={props.autoFocus}
        error={props.error}
        aria-describedby={rulesId}
        required
        withAsterisk={false}
        visibilityToggleButtonProps={toggle}
      />
      <ul className="password-rules" id={rulesId}>
        {rules.map(({ text, met }) => (
          <li key={text} data-met={met || undefined}>
            {met ? (
              <IconCheck size={16} aria-label={t('password.met')} />
            ) : (
              <IconPoint size={16} aria-hidden />
            )}
            {text}
          </li>
        ))}
      </ul>
      <PasswordInput
        label={t('password.repeat')}
        value={props.repeated}
        onChange={(event) => props.onRepeated(event.currentTarget.value)}
        autoComplete="new-password"
        error={different ? t('password.different') : null}
        required
        withAsterisk={false}
        visibilityToggleButtonProps={toggle}
      />
    </Stack>
  );
}
