import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/components/PageHeader';
import { PasswordPanel } from './PasswordPanel';
import { SecondFactorPanel } from './SecondFactorPanel';
import { SessionsPanel } from './SessionsPanel';

export function SecurityPage() {
  const { t } = useTranslation('settings');
  return (
    <Stack maw={760} gap="md">
      <PageHeader title={t('security.title')} />
      <PasswordPanel />
      <SecondFactorPanel />
      <SessionsPanel />
    </Stack>
  );
}
