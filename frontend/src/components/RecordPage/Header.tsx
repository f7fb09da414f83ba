import { ActionIcon, Anchor, Badge, Button, Group, Menu, Text } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconDots, IconEye, IconLink, IconPencil, IconTrash } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EnumBadge } from '@/components/fields/EnumBadge';
import { RecordName } from '@/components/fields/RecordName';
import { PageHeader } from '@/components/PageHeader';
import { openRecordForm } from '@/components/RecordForm';
import { toasts } from '@/components/toasts';
import type { AnyRecord } from '@/lib/api/records';
import { useFormat } from '@/lib/format';
import { type EnumName, type KindOf, titleOf } from '@/lib/kinds';
import { AccessDialog } from './AccessDialog';
import { useDeletion } from './useDeletion';

interface Props {
  kind: KindOf;
  record: AnyRecord;
  may: (action: 'update' | 'delete') => boolean;
}

type Shown = AnyRecord & {
  owner_id?: string | null;
  tags?: string[];
  last_activity_at?: string | null;
  is_active?: boolean;
  category?: string | null;
};

/** Name, what it is, whose it is, and what can be done with it. */
export function Header({ kind, record, may }: Props) {
  const { t } = useTranslation(['records', 'kinds']);
  return (
    <>
      <Anchor component={Link} to={`/${kind.resource}`} size="sm">
        {t(`kinds:${kind.resource}.many`)}
      </Anchor>
      <PageHeader
        title={titleOf(kind, record)}
        subtitle={<Facts kind={kind} record={record as Shown} />}
        actions={<Actions kind={kind} record={record} may={may} />}
      />
    </>
  );
}

const BADGES: Partial<Record<string, readonly [string, EnumName][]>> = {
  organisations: [
    ['type', 'organisation_type'],
    ['category', 'category'],
  ],
  interactions: [
    ['type', 'interaction_type'],
    ['status', 'interaction_status'],
  ],
  tasks: [
    ['status', 'task_status'],
    ['priority', 'priority'],
  ],
};

function Facts({ kind, record }: { kind: KindOf; record: Shown }) {
  const { t } = useTranslation('records');
  const format = useFormat();
  const values = record as unknown as Record<string, string | null>;
  return (
    <Group gap="4px 8px" mt={4}>
      {(BADGES[kind.resource] ?? []).map(([field, name]) => {
        const value = values[field];
        return value ? <EnumBadge key={field} name={name} value={value} /> : null;
      })}
      {kind.resource === 'people' && values.role ? <Text size="sm">{values.role}</Text> : null}
      {record.is_active === false ? (
        <Badge variant="light" color="red" tt="none">
          {t('inactive')}
        </Badge>
      ) : null}
      {(record.tags ?? []).map((tag) => (
        <Badge key={tag} variant="outline" color="gray" tt="none" fw={500} style={{ color: 'inherit' }}>
          {tag}
        </Badge>
      ))}
      {record.owner_id ? (
        <Text size="sm" component="span">
          {t('owner')} <RecordName resource="users" id={record.owner_id} plain />
        </Text>
      ) : null}
      {'last_activity_at' in record ? (
        <Text size="sm" component="span">
          {record.last_activity_at
            ? t('last_activity', { when: format.relative(record.last_activity_at) })
            : t('no_activity')}
        </Text>
      ) : null}
    </Group>
  );
}

function Actions({ kind, record, may }: Props) {
  const { t } = useTranslation(['records', 'common']);
  const navigate = useNavigate();
  const clipboard = useClipboard();
  const remove = useDeletion(kind);
  const [explaining, setExplaining] = useState(false);
  const copy = () => {
    clipboard.copy(window.location.origin + window.location.pathname);
    toasts.done(t('records:link_copied'));
  };
  const throwAway = async () => {
    if (await remove(record)) await navigate({ to: `/${kind.resource}` });
  };
  return (
    <>
      {may('update') ? (
        <Button
          variant="default"
          leftSection={<IconPencil size={16} />}
          onClick={() => openRecordForm({ kind, record, onDone: () => undefined })}
        >
          {t('common:actions.edit')}
        </Button>
      ) : null}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t('records:actions')}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconLink size={16} />} onClick={copy}>
            {t('records:copy_link')}
          </Menu.Item>
          <Menu.Item leftSection={<IconEye size={16} />} onClick={() => setExplaining(true)}>
            {t('records:access.open')}
          </Menu.Item>
          {may('delete') ? (
            <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={throwAway}>
              {t('common:actions.delete')}
            </Menu.Item>
          ) : null}
        </Menu.Dropdown>
      </Menu>
      {explaining ? <AccessDialog kind={kind} record={record} onClose={() => setExplaining(false)} /> : null}
    </>
  );
}
