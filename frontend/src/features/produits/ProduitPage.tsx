import { getRouteApi } from '@tanstack/react-router';
import { RecordPage } from '@/components/RecordPage';
import { PRODUITS } from '@/lib/kinds';

const route = getRouteApi('/shell/produits/$id');

export function ProduitPage() {
  const { id } = route.useParams();
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <RecordPage
      key={id}
      kind={PRODUITS}
      id={id}
      tab={tab}
      onTab={(next) => navigate({ search: { tab: next }, replace: true })}
    />
  );
}
