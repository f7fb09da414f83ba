import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/components/PageHeader';

export function HelpPage() {
  const { t } = useTranslation('help');
  return <PageHeader title={t('title')} />;
}
