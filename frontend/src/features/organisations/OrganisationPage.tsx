import { getRouteApi } from '@tanstack/react-router';
import { RecordPage } from '@/components/RecordPage';
import { ORGANISATIONS } from '@/lib/kinds';

const route = getRouteApi('/shell/organisations/$id');

export function OrganisationPage() {
  const { id } = route.useParams();
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <RecordPage
      key={id}
      kind={ORGANISATIONS}
      id={id}
      tab={tab}
      onTab={(next) => navigate({ search: { tab: next }, replace: true })}
    />
  );
}
