import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ListSearch, validateListSearch } from './listSearch';

/** The state of the page in its URL, and what changes it without a new entry in the history. */
export function useListSearch(): [ListSearch, (next: ListSearch) => void] {
  const raw = useSearch({ strict: false });
  const navigate = useNavigate();
  const set = (next: ListSearch) => void navigate({ to: '.', search: next as never, replace: true });
  return [validateListSearch(raw), set];
}
