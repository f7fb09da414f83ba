import {
  Anchor,
  Button,
  Grid,
  Group,
  Paper,
  SimpleGrid,
  Skeleton,
  Stack,
  Text,
  ThemeIcon,
} from '@mantine/core';
import {
  IconBuilding,
  IconCalendarDue,
  IconChecklist,
  IconPlus,
  IconTargetArrow,
  IconUsers,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '@/components/EmptyState';
import { LoadFailed } from '@/components/LoadFailed';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { openRecordForm } from '@/components/RecordForm';
import { type GlobalStats, useGlobalStats } from '@/lib/api/figures';
import { useFormat } from '@/lib/format';
import { ORGANISATIONS } from '@/lib/kinds';
import { useCan, useMe } from '@/lib/session';
import { MyTasks } from './MyTasks';
import { RecentActivity } from './RecentActivity';

const Charts = lazy(() => import('./Charts').then((module) => ({ default: module.Charts })));
const OPEN = ['prospect', 'qualification', 'proposition', 'negociation'];

export function DashboardPage() {
  const { t } = useTranslation('dashboard');
  const can = useCan();
  const { user } = useMe();
  const stats = useGlobalStats(
    { timezone: Intl.DateTimeFormat().resolvedOptions().timeZone },
    can('reports:read'),
  );
  const hasNothing = stats.data?.organisations?.total === 0;
  return (
    <>
      <PageHeader title={t('hello', { name: user.first_name || user.username })} subtitle={<Today />} />
      {stats.error && !stats.data ? <LoadFailed error={stats.error} onRetry={stats.refetch} /> : null}
      {hasNothing ? <Beginning /> : null}
      {can('reports:read') && !stats.error ? <Figures stats={stats.data} /> : null}
      <Grid gap="md" mt="md">
        <Grid.Col span={{ base: 12, lg: 6 }}>{can('tasks:read') ? <MyTasks /> : null}</Grid.Col>
        <Grid.Col span={{ base: 12, lg: 6 }}>{can('interactions:read') ? <RecentActivity /> : null}</Grid.Col>
      </Grid>
      {stats.data && !hasNothing ? (
        <Suspense fallback={<ChartSkeletons />}>
          <Charts stats={stats.data} />
        </Suspense>
      ) : null}
      {stats.isPending && can('reports:read') ? <ChartSkeletons /> : null}
    </>
  );
}

function Today() {
  const { i18n } = useTranslation();
  const format = new Intl.DateTimeFormat(i18n.language === 'en' ? 'en-GB' : 'fr-FR', { dateStyle: 'full' });
  const text = format.format(new Date());
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The figures that people look at first; each leads to the list it counts. */
function Figures({ stats }: { stats: GlobalStats | undefined }) {
  const { t } = useTranslation('dashboard');
  const format = useFormat();
  const figures: ReactNode[] = [];
  if (!stats) {
    for (const name of ['late', 'forecast', 'organisations', 'people'])
      figures.push(<Skeleton key={name} height={96} radius="md" />);
  }
  if (stats?.tasks) {
    const { overdue, today } = stats.tasks.mine;
    figures.push(
      <Figure
        key="tasks"
        icon={<IconCalendarDue size={20} />}
        colour={overdue > 0 ? 'red' : 'brand'}
        value={format.number(overdue + today)}
        label={t('figures.tasks')}
        detail={t('figures.tasks_detail', { overdue: format.number(overdue), today: format.number(today) })}
        to="/tasks"
        search={{ assigned_to: 'me', status: ['todo', 'doing'], due_date__lte: 'today' }}
      />,
    );
  }
  if (stats?.pipeline) {
    const open = stats.pipeline.stages.filter((one) => OPEN.includes(one.stage));
    const sum = (name: 'amount' | 'weighted_amount' | 'count') =>
      open.reduce((total, one) => total + Number(one[name]), 0);
    figures.push(
      <Figure
        key="forecast"
        icon={<IconTargetArrow size={20} />}
        colour="green"
        value={format.compactMoney(sum('weighted_amount'))}
        label={t('figures.forecast')}
        detail={t('figures.forecast_detail', {
          count: sum('count'),
          amount: format.compactMoney(sum('amount')),
        })}
        to="/pipeline"
        search={{}}
      />,
    );
  }
  if (stats?.organisations) {
    figures.push(
      <Figure
        key="organisations"
        icon={<IconBuilding size={20} />}
        colour="brand"
        value={format.number(stats.organisations.total)}
        label={t('figures.organisations')}
        detail={t('figures.clients', { count: stats.organisations.by_type.client ?? 0 })}
        to="/organisations"
        search={{}}
      />,
    );
  }
  if (stats?.people) {
    figures.push(
      <Figure
        key="people"
        icon={<IconUsers size={20} />}
        colour="violet"
        value={format.number(stats.people.total)}
        label={t('figures.people')}
        detail={t('figures.new_people', { count: stats.people.new_last_30_days })}
        to="/people"
        search={{}}
      />,
    );
  }
  return <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>{figures}</SimpleGrid>;
}

function Figure(props: {
  icon: ReactNode;
  colour: string;
  value: string;
  label: string;
  detail: string;
  to: string;
  search: object;
}) {
  return (
    <Paper withBorder radius="md" p="md">
      <Group wrap="nowrap" align="flex-start" gap="sm">
        <ThemeIcon variant="light" color={props.colour} size={38} radius="md" aria-hidden>
          {props.icon}
        </ThemeIcon>
        <div style={{ minWidth: 0 }}>
          <Anchor
            component={Link}
            to={props.to}
            search={props.search as never}
            c="var(--mantine-color-text)"
            display="block"
          >
            <Text span fz={26} fw={700} lh={1.1} style={{ fontVariantNumeric: 'tabular-nums' }}>
              {props.value}
            </Text>{' '}
            <Text span size="sm" fw={550}>
              {props.label}
            </Text>
          </Anchor>
          <Text size="xs" c="dimmed" mt={4}>
            {props.detail}
          </Text>
        </div>
      </Group>
    </Paper>
  );
}

function Beginning() {
  const { t } = useTranslation(['dashboard', 'kinds']);
  const can = useCan();
  return (
    <Panel title={t('dashboard:beginning.title')}>
      <EmptyState
        icon={<IconChecklist size={28} />}
        title={t('dashboard:beginning.heading')}
        text={t('dashboard:beginning.text')}
        action={
          can('organisations:create') ? (
            <Button
              leftSection={<IconPlus size={16} />}
              onClick={() => openRecordForm({ kind: ORGANISATIONS })}
            >
              {t('kinds:organisations.new')}
            </Button>
          ) : null
        }
      />
    </Panel>
  );
}

function ChartSkeletons() {
  return (
    <Stack mt="md" gap="md" aria-hidden>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        {[1, 2, 3, 4].map((one) => (
          <Skeleton key={one} height={320} radius="md" />
        ))}
      </SimpleGrid>
    </Stack>
  );
}
