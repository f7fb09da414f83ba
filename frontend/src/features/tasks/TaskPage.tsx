import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/components/PageHeader';

export function TaskPage() {
  const { t } = useTranslation('tasks');
  return <PageHeader title={t('title')} />;
}
