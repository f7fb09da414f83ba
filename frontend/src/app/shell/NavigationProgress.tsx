import { useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

const NOTICEABLE = 150;

/** A bar along the top edge while the next page takes its time; quick pages show none. */
export function NavigationProgress() {
  const { t } = useTranslation();
  const busy = useRouterState({ select: (state) => state.status === 'pending' });
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!busy) return setShown(false);
    const timer = setTimeout(() => setShown(true), NOTICEABLE);
    return () => clearTimeout(timer);
  }, [busy]);
  return shown ? <div className="navigation-progress" role="progressbar" aria-label={t('loading')} /> : null;
}
