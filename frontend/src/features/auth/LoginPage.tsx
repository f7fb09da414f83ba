import { useRouter, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '@/lib/session';
import { AuthLayout } from './AuthLayout';
import { LoginForm } from './LoginForm';

export function LoginPage() {
  const { t } = useTranslation('auth');
  const { next } = useSearch({ strict: false }) as { next?: string };
  const { status } = useSession();
  const router = useRouter();
  // A login in another tab opens this one too.
  useEffect(() => {
    if (status === 'signed_in') router.history.replace(next ?? '/');
  }, [status, next, router]);
  return (
    <AuthLayout title={t('login.title')} intro={next ? t('login.next') : t('login.intro')}>
      <LoginForm />
    </AuthLayout>
  );
}
