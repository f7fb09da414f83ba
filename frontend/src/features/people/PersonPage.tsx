import { getRouteApi } from '@tanstack/react-router';
import { RecordPage } from '@/components/RecordPage';
import { PEOPLE } from '@/lib/kinds';

const route = getRouteApi('/shell/people/$id');

export function PersonPage() {
  const { id } = route.useParams();
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <RecordPage
      key={id}
      kind={PEOPLE}
      id={id}
      tab={tab}
      onTab={(next) => navigate({ search: { tab: next }, replace: true })}
    />
  );
}
