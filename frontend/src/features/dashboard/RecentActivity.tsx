import { Anchor, Group, Skeleton, Stack, Text, ThemeIcon } from '@mantine/core';
import {
  IconBrandLinkedin,
  IconCalendarEvent,
  IconMail,
  IconMessage,
  IconNote,
  IconPhone,
  IconVideo,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useEnumLabel } from '@/components/fields/labels';
import { RecordName } from '@/components/fields/RecordName';
import { LoadFailed } from '@/components/LoadFailed';
import { Panel } from '@/components/Panel';
import type { Interaction } from '@/lib/api/records';
import { useFormat } from '@/lib/format';
import { useRecordList } from '@/lib/queries';

const ICONS: Record<Interaction['type'], ReactNode> = {
  email: <IconMail size={16} />,
  phone: <IconPhone size={16} />,
  meeting: <IconCalendarEvent size={16} />,
  visio: <IconVideo size={16} />,
  note: <IconNote size={16} />,
  linkedin: <IconBrandLinkedin size={16} />,
  other: <IconMessage size={16} />,
};

/** The latest interactions that the user may see. */
export function RecentActivity() {
  const { t } = useTranslation('dashboard');
  const format = useFormat();
  const label = useEnumLabel();
  const { data, error, refetch } = useRecordList('interactions', { sort: '-occurred_at', limit: 7 });
  return (
    <Panel
      title={t('activity.title')}
      actions={
        <Anchor component={Link} to="/interactions" search={{} as never} size="sm">
          {t('see_list')}
        </Anchor>
      }
    >
      {error && !data ? <LoadFailed error={error} onRetry={refetch} /> : null}
      {!data && !error
        ? [1, 2, 3, 4].map((row) => <Skeleton key={row} height={40} my={4} radius="md" />)
        : null}
      <Stack gap={0} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        {data?.items.map((one) => (
          <Group component="li" key={one.id} gap="sm" wrap="nowrap" py={6}>
            <ThemeIcon variant="light" color="gray" radius="xl" title={label('interaction_type', one.type)}>
              {ICONS[one.type]}
            </ThemeIcon>
            <div style={{ flex: 1, minWidth: 0 }}>
              <Anchor
                component={Link}
                to={`/interactions/${one.id}`}
                c="var(--mantine-color-text)"
                size="sm"
                fw={550}
                style={{ overflowWrap: 'anywhere' }}
              >
                {one.subject}
              </Anchor>
              <Text size="xs" c="dimmed" component="div">
                {one.organisation_id ? (
                  <>
                    <RecordName resource="organisations" id={one.organisation_id} plain />
                    {' · '}
                  </>
                ) : null}
                <time dateTime={one.occurred_at} title={format.dateTime(one.occurred_at)}>
                  {format.relative(one.occurred_at)}
                </time>
              </Text>
            </div>
          </Group>
        ))}
      </Stack>
      {data?.items.length === 0 ? (
        <Text c="dimmed" size="sm" ta="center" py="lg">
          {t('activity.none')}
        </Text>
      ) : null}
    </Panel>
  );
}
