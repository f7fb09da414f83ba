import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/components/PageHeader';

export function SearchPage() {
  const { t } = useTranslation('search');
  return <PageHeader title={t('title')} />;
}
