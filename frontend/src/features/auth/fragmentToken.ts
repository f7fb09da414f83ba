import { useEffect, useState } from 'react';

/** The token that a mail's link carries behind `#`; it is taken out of the address as soon as the page has it. */
export function useFragmentToken(): string | null {
  const [token] = useState(() => new URLSearchParams(window.location.hash.slice(1)).get('token'));
  useEffect(() => {
    const { pathname, search, hash } = window.location;
    if (hash) window.history.replaceState(window.history.state, '', pathname + search);
    // Another mail's link opened in the same tab changes nothing but the fragment.
    const openOther = () => window.location.hash && window.location.reload();
    window.addEventListener('hashchange', openOther);
    return () => window.removeEventListener('hashchange', openOther);
  }, []);
  return token;
}
