import { getRouteApi } from '@tanstack/react-router';
import { RecordPage } from '@/components/RecordPage';
import { INTERACTIONS } from '@/lib/kinds';

const route = getRouteApi('/shell/interactions/$id');

export function InteractionPage() {
  const { id } = route.useParams();
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <RecordPage
      key={id}
      kind={INTERACTIONS}
      id={id}
      tab={tab}
      onTab={(next) => navigate({ search: { tab: next }, replace: true })}
    />
  );
}
