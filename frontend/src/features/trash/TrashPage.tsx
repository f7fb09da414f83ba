import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/components/PageHeader';

export function TrashPage() {
  const { t } = useTranslation('trash');
  return <PageHeader title={t('title')} />;
}
