import { Code } from '@mantine/core';
import { IconAlertTriangle, IconLock } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ErrorText } from '@/components/ErrorText';
import { usePermissionLabel } from '@/components/permissions';
import { ApiError } from '@/lib/api/errors';
import { FullPageNotice, NoticeText } from './FullPageNotice';
import { NotFoundPage } from './NotFoundPage';

/** Shown in place of a page that failed, or that the user may not see. */
export function ErrorPage({ error }: { error: unknown }) {
  const { t } = useTranslation();
  if (error instanceof ApiError && error.code === 'forbidden') return <ForbiddenPage error={error} />;
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />;
  return (
    <FullPageNotice
      icon={<IconAlertTriangle size={32} />}
      title={t('errors.title')}
      onRetry={() => window.location.reload()}
    >
      <ErrorText error={error} />
      {error instanceof ApiError ? null : (
        <>
          <NoticeText>{t('errors.page_failed_text')}</NoticeText>
          <Code block>{error instanceof Error ? error.message : String(error)}</Code>
        </>
      )}
    </FullPageNotice>
  );
}

function ForbiddenPage({ error }: { error: ApiError }) {
  const { t } = useTranslation('shell');
  const label = usePermissionLabel();
  const permission = error.details[0]?.message ?? '';
  return (
    <FullPageNotice icon={<IconLock size={32} />} title={t('forbidden.title')}>
      <NoticeText>
        {t('forbidden.text', { permission: permission.includes(':') ? label(permission) : permission })}{' '}
        <Code>{permission}</Code>
      </NoticeText>
      <NoticeText>{t('forbidden.next')}</NoticeText>
    </FullPageNotice>
  );
}
