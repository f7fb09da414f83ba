import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/components/PageHeader';

export function OrganisationPage() {
  const { t } = useTranslation('organisations');
  return <PageHeader title={t('title')} />;
}
