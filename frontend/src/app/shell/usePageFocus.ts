import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';

/**
 * After a change of page the heading has the focus, as after a page load: screen readers say where one is, and Tab goes
 * on from the top. A page that put the focus into a field of its own keeps it there.
 */
export function usePageFocus(): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
        if (!fromLocation || !pathChanged) return;
        const main = document.getElementById('main');
        const place = main?.querySelector<HTMLElement>('h1') ?? main;
        if (!main || !place || (document.activeElement !== main && main.contains(document.activeElement)))
          return;
        if (!place.hasAttribute('tabindex')) place.tabIndex = -1;
        place.focus({ preventScroll: true });
      }),
    [router],
  );
}
