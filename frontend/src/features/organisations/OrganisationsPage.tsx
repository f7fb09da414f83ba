import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { DataView } from '@/components/DataView';
import { PageHeader } from '@/components/PageHeader';
import { ORGANISATIONS } from '@/lib/kinds';

const route = getRouteApi('/shell/organisations');

export function OrganisationsPage() {
  const { t } = useTranslation('organisations');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHeader title={t('title')} />
      <DataView kind={ORGANISATIONS} search={search} onSearch={(next) => navigate({ search: next })} />
    </>
  );
}
