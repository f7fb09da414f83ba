import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/components/PageHeader';

export function NotificationsPage() {
  const { t } = useTranslation('notifications');
  return <PageHeader title={t('title')} />;
}
