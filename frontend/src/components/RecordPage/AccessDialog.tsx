import { List, Modal, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { RecordName } from '@/components/fields/RecordName';
import { LoadFailed } from '@/components/LoadFailed';
import type { AnyRecord } from '@/lib/api/records';
import { type KindOf, titleOf } from '@/lib/kinds';
import { useAccess } from '@/lib/queries';

const ACTIONS = ['read', 'update', 'delete', 'export'] as const;

/** Who can see a record, and what the reader may do with it and why. */
export function AccessDialog(props: { kind: KindOf; record: AnyRecord; onClose: () => void }) {
  const { kind, record, onClose } = props;
  const { t } = useTranslation(['records', 'common']);
  const { data, error, isPending, refetch } = useAccess(kind.resource, record.id);
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('records:access.title', { title: titleOf(kind, record) })}
      closeButtonProps={{ 'aria-label': t('common:actions.close') }}
    >
      <Stack gap="md">
        <section>
          <Title order={3} size="h6" mb={4}>
            {t('records:access.who')}
          </Title>
          <Audience record={record as Owned} />
        </section>
        <section>
          <Title order={3} size="h6" mb={4}>
            {t('records:access.you')}
          </Title>
          {isPending ? <Skeleton height={60} /> : null}
          {error ? <LoadFailed error={error} onRetry={refetch} /> : null}
          {data ? (
            <List size="sm" spacing={4}>
              {ACTIONS.map((action) => {
                const reasons = data.actions[action];
                return (
                  <List.Item key={action}>
                    <b>{t(`records:access.actions.${action}`)}</b>
                    {t('records:colon')}{' '}
                    {reasons
                      ? reasons
                          .map((reason) =>
                            t(`records:access.reasons.${reason}` as never, { defaultValue: reason }),
                          )
                          .join(' ; ')
                      : t('records:access.no')}
                  </List.Item>
                );
              })}
            </List>
          ) : null}
        </section>
      </Stack>
    </Modal>
  );
}

type Owned = AnyRecord & {
  owner_id?: string | null;
  team_id?: string | null;
  assigned_to?: string | null;
  assignee_id?: string | null;
};

function Audience({ record }: { record: Owned }) {
  const { t } = useTranslation('records');
  const assignee = record.assigned_to ?? record.assignee_id;
  return (
    <List size="sm" spacing={4}>
      {record.owner_id ? (
        <List.Item>
          {t('access.owner')} <RecordName resource="users" id={record.owner_id} plain />
        </List.Item>
      ) : null}
      {assignee && assignee !== record.owner_id ? (
        <List.Item>
          {t('access.assignee')} <RecordName resource="users" id={assignee} plain />
        </List.Item>
      ) : null}
      {record.team_id ? (
        <List.Item>
          {t('access.team')} <RecordName resource="teams" id={record.team_id} plain />
          <Text span c="dimmed" size="sm">
            {' '}
            {t('access.team_note')}
          </Text>
        </List.Item>
      ) : null}
      <List.Item>{t('access.all')}</List.Item>
    </List>
  );
}
