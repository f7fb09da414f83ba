import { Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { ApiError } from '@/lib/api/errors';

/** What went wrong, in the user's language, and what to do about it. */
export function messageOf(error: unknown, t: TFunction<'common'>): string {
  if (!(error instanceof ApiError)) return t('errors.title');
  switch (error.code) {
    case 'forbidden':
      return t('errors.forbidden', { permission: error.details[0]?.message ?? error.message });
    case 'too_many_requests':
      return t('errors.too_many_requests', { seconds: error.retryAfter ?? 60 });
    case 'offline':
    case 'not_found':
    case 'duplicate':
    case 'conflict':
    case 'in_use':
    case 'stale_version':
    case 'invalid_input':
    case 'payload_too_large':
    case 'unavailable':
    case 'unauthenticated':
      return t(`errors.${error.code}`);
    case 'end_before_start':
    case 'amount_due_above_total':
    case 'sales_contact_role':
    case 'support_contact_role':
    case 'contract_not_signed':
    case 'contract_of_another_client':
    case 'mandat_not_signed':
    case 'mandat_status_path':
      return t(`errors.rules.${error.code}`);
    default:
      return t('errors.unexpected', { reference: error.requestId ?? error.code });
  }
}

export function ErrorText({ error }: { error: unknown }) {
  const { t } = useTranslation();
  return (
    <Text c="var(--mantine-color-error)" role="alert">
      {messageOf(error, t)}
    </Text>
  );
}
