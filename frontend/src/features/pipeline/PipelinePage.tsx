import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/components/PageHeader';

export function PipelinePage() {
  const { t } = useTranslation('pipeline');
  return <PageHeader title={t('title')} />;
}
