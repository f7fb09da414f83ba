import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/components/PageHeader';

export function ForgotPasswordPage() {
  const { t } = useTranslation('auth');
  return <PageHeader title={t('title')} />;
}
