import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/components/PageHeader';

export function LoginPage() {
  const { t } = useTranslation('auth');
  return <PageHeader title={t('title')} />;
}
