import { getRouteApi } from '@tanstack/react-router';
import { RecordPage } from '@/components/RecordPage';
import { TASKS } from '@/lib/kinds';

const route = getRouteApi('/shell/tasks/$id');

export function TaskPage() {
  const { id } = route.useParams();
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <RecordPage
      key={id}
      kind={TASKS}
      id={id}
      tab={tab}
      onTab={(next) => navigate({ search: { tab: next }, replace: true })}
    />
  );
}
