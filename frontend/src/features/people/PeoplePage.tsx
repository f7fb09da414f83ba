import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { DataView } from '@/components/DataView';
import { PageHeader } from '@/components/PageHeader';
import { PEOPLE } from '@/lib/kinds';

const route = getRouteApi('/shell/people');

export function PeoplePage() {
  const { t } = useTranslation('people');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHeader title={t('title')} />
      <DataView kind={PEOPLE} search={search} onSearch={(next) => navigate({ search: next })} />
    </>
  );
}
