import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/components/PageHeader';

export function PersonPage() {
  const { t } = useTranslation('people');
  return <PageHeader title={t('title')} />;
}
