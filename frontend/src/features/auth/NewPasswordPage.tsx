import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/components/PageHeader';

export function ResetPasswordPage() {
  const { t } = useTranslation('auth');
  return <PageHeader title={t('title')} />;
}

export function InvitationPage() {
  const { t } = useTranslation('auth');
  return <PageHeader title={t('title')} />;
}
