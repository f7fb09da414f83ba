import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { usePermissionLabel } from '@/components/permissions';
import { ApiError } from '@/lib/api/errors';

type What = 'user' | 'team' | 'role';

/** Why a change of a user, team or role was refused, with the rule that stands behind it. */
export function useGuardMessage(what: What): (error: unknown) => string {
  const { t } = useTranslation('administration');
  const { t: common } = useTranslation();
  const { t: kinds } = useTranslation('kinds');
  const label = usePermissionLabel();
  return (error) => {
    if (!(error instanceof ApiError)) return messageOf(error, common);
    if (error.code === 'in_use') return inUse(error, what, t, kinds);
    if (error.code === 'forbidden') return forbidden(error, label, t);
    if (error.code === 'conflict') return conflict(error, what, t);
    if (error.code === 'duplicate') return duplicate(error, t);
    return messageOf(error, common);
  };
}

type Translate = TFunction<'administration'>;

/** A team that is in use answers how many records of each kind it has, as far as the caller may see them. */
function inUse(error: ApiError, what: What, t: Translate, kinds: TFunction<'kinds'>): string {
  const seen = error.details.map((detail) => {
    const count = Number((detail as { count?: unknown }).count ?? 0);
    const kind = kinds(`${detail.field}.many` as 'users.many', { defaultValue: detail.field });
    return count ? `${kind} (${count})` : `${kind} (${t('guards.others')})`;
  });
  if (what === 'team' && seen.length) return t('guards.team_in_use_by', { what: seen.join(', ') });
  return t(`guards.${what}_in_use`);
}

function forbidden(error: ApiError, label: (permission: string) => string, t: Translate): string {
  const permission = error.details[0]?.message ?? '';
  if (/Nobody can/.test(error.message)) return t('guards.yourself');
  return t('guards.climbing', { permission: label(permission) });
}

function conflict(error: ApiError, what: What, t: Translate): string {
  if (error.details.some((detail) => detail.message === 'last active admin')) return t('guards.last_admin');
  if (what === 'user' && /accepted/.test(error.message)) return t('guards.accepted');
  if (what === 'user' && /second factor/.test(error.message)) return t('guards.no_second_factor');
  return t('guards.conflict');
}

function duplicate(error: ApiError, t: Translate): string {
  switch (error.details[0]?.field) {
    case 'email':
      return t('guards.email_taken');
    case 'username':
      return t('guards.username_taken');
    case 'slug':
    case 'id':
      return t('guards.slug_taken');
    default:
      return t('guards.name_taken');
  }
}
