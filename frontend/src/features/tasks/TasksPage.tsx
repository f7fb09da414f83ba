import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/components/PageHeader';

export function TasksPage() {
  const { t } = useTranslation('tasks');
  return <PageHeader title={t('title')} />;
}
