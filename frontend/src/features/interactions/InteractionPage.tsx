import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/components/PageHeader';

export function InteractionPage() {
  const { t } = useTranslation('interactions');
  return <PageHeader title={t('title')} />;
}
