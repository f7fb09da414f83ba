import { Button, Group, SegmentedControl, SimpleGrid, Skeleton, Stack, Switch } from '@mantine/core';
import { IconBellOff, IconChecks } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '@/components/EmptyState';
import { ErrorText } from '@/components/ErrorText';
import { LoadFailed } from '@/components/LoadFailed';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import {
  type Box,
  type NotificationType,
  useNotificationPages,
  usePreferences,
  useReadAll,
  useSetPreference,
} from './api';
import { NotificationLine } from './NotificationLine';

const BOXES: readonly Box[] = ['inbox', 'unread', 'archive'];

export function NotificationsPage() {
  const { t } = useTranslation('notifications');
  const [box, setBox] = useState<Box>('inbox');
  const readAll = useReadAll();
  return (
    <>
      <PageHeader
        title={t('title')}
        actions={
          <Button
            variant="default"
            leftSection={<IconChecks size={16} />}
            loading={readAll.isPending}
            onClick={() => readAll.mutate()}
          >
            {t('read_all')}
          </Button>
        }
      />
      {readAll.error ? <ErrorText error={readAll.error} /> : null}
      <Stack gap="lg" maw={860}>
        <div>
          <SegmentedControl
            aria-label={t('boxes.label')}
            value={box}
            onChange={(value) => setBox(value as Box)}
            data={BOXES.map((value) => ({ value, label: t(`boxes.${value}`) }))}
            mb="sm"
          />
          <Lines box={box} />
        </div>
        <Preferences />
      </Stack>
    </>
  );
}

function Lines({ box }: { box: Box }) {
  const { t } = useTranslation(['notifications', 'common']);
  const pages = useNotificationPages(box);
  if (pages.error && !pages.data) return <LoadFailed error={pages.error} onRetry={pages.refetch} />;
  if (!pages.data) {
    return (
      <Stack gap={4}>
        {[1, 2, 3, 4].map((row) => (
          <Skeleton key={row} height={56} radius="md" />
        ))}
      </Stack>
    );
  }
  const items = pages.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return (
      <EmptyState
        icon={<IconBellOff size={28} />}
        title={t(`notifications:empty.${box}`)}
        text={t('notifications:empty.text')}
      />
    );
  }
  return (
    <Stack gap={2}>
      {items.map((one) => (
        <NotificationLine key={one.id} notification={one} archivable={box !== 'archive'} />
      ))}
      {pages.hasNextPage ? (
        <Group justify="center">
          <Button variant="subtle" loading={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
            {t('common:actions.more')}
          </Button>
        </Group>
      ) : null}
    </Stack>
  );
}

function Preferences() {
  const { t } = useTranslation('notifications');
  const { data, error, refetch } = usePreferences();
  const set = useSetPreference();
  return (
    <Panel title={t('preferences.title')} text={t('preferences.text')}>
      {error && !data ? <LoadFailed error={error} onRetry={refetch} /> : null}
      {set.error ? <ErrorText error={set.error} /> : null}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        {data
          ? (Object.keys(data.types) as NotificationType[]).map((type) => (
              <Switch
                key={type}
                label={t(`types.${type}`)}
                checked={data.types[type]}
                onChange={(event) => set.mutate({ type, wanted: event.currentTarget.checked })}
              />
            ))
          : [1, 2, 3, 4].map((row) => <Skeleton key={row} height={22} />)}
      </SimpleGrid>
    </Panel>
  );
}
