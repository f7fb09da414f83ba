import { ActionIcon, Anchor, Badge, Button, Group, Menu, Skeleton, Stack, Text } from '@mantine/core';
import { IconDots, IconPlus, IconStar, IconStarFilled, IconUsers } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '@/components/EmptyState';
import { messageOf } from '@/components/ErrorText';
import { useEnumLabel } from '@/components/fields/labels';
import { LoadFailed } from '@/components/LoadFailed';
import { openRecordForm } from '@/components/RecordForm';
import { toasts } from '@/components/toasts';
import { useUndoableUpdate } from '@/components/useUndoableUpdate';
import type { Link as PersonLink } from '@/lib/api/records';
import { LINKS, PEOPLE } from '@/lib/kinds';
import { useRecordList } from '@/lib/queries';
import { useCan } from '@/lib/session';
import classes from './RecordPage.module.css';
import { useDeletion } from './useDeletion';

/** Which end of its links the page shows. */
export type LinkEnd = 'organisation_id' | 'person_id';

export function useLinks(end: LinkEnd, id: string) {
  return useRecordList('person-organisation-links', {
    [end]: id,
    sort: '-is_primary,person_name',
    limit: 100,
  });
}

/** The people of an organisation, or the organisations of a person. */
export function Links({ end, id }: { end: LinkEnd; id: string }) {
  const { t } = useTranslation('records');
  const { data, error, isPending, refetch } = useLinks(end, id);
  if (isPending) return <Skeleton height={120} aria-hidden />;
  if (error) return <LoadFailed error={error} onRetry={refetch} />;
  const side = end === 'organisation_id' ? 'people' : 'organisations';
  return (
    <Stack gap="sm">
      <AddLink end={end} id={id} />
      {data.items.length === 0 ? (
        <EmptyState
          icon={<IconUsers size={26} />}
          title={t(`links.${side}.empty`)}
          text={t(`links.${side}.empty_text`)}
        />
      ) : (
        <ul className={classes.rows}>
          {data.items.map((link) => (
            <LinkRow key={link.id} link={link} end={end} />
          ))}
        </ul>
      )}
    </Stack>
  );
}

function AddLink({ end, id }: { end: LinkEnd; id: string }) {
  const { t } = useTranslation('records');
  const can = useCan();
  if (!can('people:create')) return null;
  const stay = () => undefined;
  return (
    <Group gap="xs">
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPlus size={14} />}
        onClick={() => openRecordForm({ kind: LINKS, initial: { [end]: id }, onDone: stay })}
      >
        {t(end === 'organisation_id' ? 'links.people.add' : 'links.organisations.add')}
      </Button>
      {end === 'organisation_id' ? (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => openRecordForm({ kind: PEOPLE, initial: { organisation_id: id }, onDone: stay })}
        >
          {t('links.people.new')}
        </Button>
      ) : null}
    </Group>
  );
}

function LinkRow({ link, end }: { link: PersonLink; end: LinkEnd }) {
  const { t } = useTranslation('records');
  const enumLabel = useEnumLabel();
  const other =
    end === 'organisation_id'
      ? { name: link.person_name, page: `/people/${link.person_id}` }
      : { name: link.organisation_name, page: `/organisations/${link.organisation_id}` };
  return (
    <li>
      <div className={classes.grow}>
        <Group gap={6}>
          <Anchor component={Link} to={other.page} fw={600} size="sm" style={{ overflowWrap: 'anywhere' }}>
            {other.name}
          </Anchor>
          {link.is_primary ? (
            <Badge
              size="sm"
              variant="light"
              color="yellow"
              tt="none"
              leftSection={<IconStarFilled size={11} aria-hidden />}
            >
              {t('links.primary')}
            </Badge>
          ) : null}
        </Group>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {[
            link.job_title,
            link.role === 'contact_principal' && link.is_primary ? null : enumLabel('link_role', link.role),
            link.work_email,
            link.work_phone,
          ]
            .filter(Boolean)
            .join(' · ')}
        </Text>
      </div>
      <LinkActions link={link} name={other.name} />
    </li>
  );
}

function LinkActions({ link, name }: { link: PersonLink; name: string }) {
  const { t } = useTranslation('records');
  const { t: common } = useTranslation();
  const can = useCan();
  const update = useUndoableUpdate('person-organisation-links');
  const remove = useDeletion(LINKS);
  const makePrimary = async () => {
    try {
      await update(link, { is_primary: true }, t('links.made_primary', { name: link.person_name }));
    } catch (error) {
      toasts.failed(messageOf(error, common));
    }
  };
  if (!can('people:update') && !can('people:delete')) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon color="gray" aria-label={t('links.actions', { name })}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {can('people:update') ? (
          <>
            <Menu.Item onClick={() => openRecordForm({ kind: LINKS, record: link, onDone: () => undefined })}>
              {common('actions.edit')}
            </Menu.Item>
            {link.is_primary ? null : (
              <Menu.Item leftSection={<IconStar size={15} />} onClick={makePrimary}>
                {t('links.make_primary')}
              </Menu.Item>
            )}
          </>
        ) : null}
        {can('people:delete') ? (
          <Menu.Item color="red" onClick={() => remove(link, t('links.removed', { name }))}>
            {common('actions.remove')}
          </Menu.Item>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  );
}
