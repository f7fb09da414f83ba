import { useTranslation } from 'react-i18next';
import { useEnumLabel } from '@/components/fields/labels';
import { useFormat } from '@/lib/format';
import type { Notification } from './api';

/** What a notification says, and below it what places it: the organisation, a date, an amount. */
export function useNotificationText(): (one: Notification) => { text: string; detail: string } {
  const { t } = useTranslation('notifications');
  const label = useEnumLabel();
  const format = useFormat();
  return ({ type, params }) => {
    const shown = {
      ...params,
      actor: params.actor ?? t('somebody'),
      date: format.date(params.due_date),
      from: params.from ? label('pipeline_stage', params.from) : '',
      to: params.to ? label('pipeline_stage', params.to) : '',
      kind: params.type ? label('interaction_type', params.type) : '',
    };
    const details = {
      task_assigned: [params.organisation, shown.date],
      task_due: [params.organisation],
      task_overdue: [params.organisation, shown.date],
      task_completed: [params.organisation],
      interaction_new: [shown.kind, params.organisation, params.person],
      pipeline_moved: [params.amount && format.money(params.amount)],
      deal_won: [params.amount && format.money(params.amount)],
      deal_lost: [params.amount && format.money(params.amount)],
      new_contact: [params.organisation, params.role && label('link_role', params.role)],
    };
    return {
      // A type that this version has no words for yet is at least shown.
      text: String(t(`texts.${type}`, { ...shown, defaultValue: t('title') } as never)),
      detail: (details[type] ?? []).filter(Boolean).join(' · '),
    };
  };
}
