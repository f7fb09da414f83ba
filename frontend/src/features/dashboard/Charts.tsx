import '@mantine/charts/styles.layer.css';
import { BarChart } from '@mantine/charts';
import { Anchor, Group, SimpleGrid, Table, Text, VisuallyHidden } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useEnumLabel } from '@/components/fields/labels';
import { Panel } from '@/components/Panel';
import type { GlobalStats } from '@/lib/api/figures';
import { useFormat } from '@/lib/format';
import { ENUMS } from '@/lib/kinds';

/** The pictures of the dashboard. Each is for the eye; the table beside or behind it has the same figures. */
export function Charts({ stats }: { stats: GlobalStats }) {
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} mt="md">
      {stats.pipeline ? <PipelineByStage pipeline={stats.pipeline} /> : null}
      {stats.pipeline ? <ForecastByMonth forecast={stats.pipeline.forecast} /> : null}
      {stats.interactions ? <ActivityByWeek interactions={stats.interactions} /> : null}
      {stats.organisations ? <OrganisationsByKind organisations={stats.organisations} /> : null}
    </SimpleGrid>
  );
}

function PipelineByStage({ pipeline }: { pipeline: NonNullable<GlobalStats['pipeline']> }) {
  const { t } = useTranslation('dashboard');
  const label = useEnumLabel();
  const format = useFormat();
  const rows = pipeline.stages.filter((one) => one.stage !== 'inactif');
  return (
    <Panel
      title={t('charts.pipeline')}
      actions={
        <Anchor component={Link} to="/pipeline" search={{} as never} size="sm">
          {t('charts.open_board')}
        </Anchor>
      }
    >
      <Picture>
        <BarChart
          h={210}
          data={rows.map((one) => ({
            name: label('pipeline_stage', one.stage),
            [t('charts.amount')]: Number(one.amount),
          }))}
          dataKey="name"
          series={[{ name: t('charts.amount'), color: 'brand.6' }]}
          valueFormatter={(value) => format.compactMoney(value)}
          barChartProps={SILENT}
          yAxisProps={{ width: 64 }}
          maxBarWidth={48}
        />
      </Picture>
      <Table fz="sm" verticalSpacing={4} mt="xs" withRowBorders={false}>
        <caption style={{ display: 'none' }}>{t('charts.pipeline')}</caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('charts.stage')}</Table.Th>
            <Table.Th ta="right">{t('charts.deals')}</Table.Th>
            <Table.Th ta="right">{t('charts.amount')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((one) => (
            <Table.Tr key={one.stage}>
              <Table.Td>
                <Anchor
                  component={Link}
                  to="/organisations"
                  search={{ pipeline_stage: one.stage } as never}
                  size="sm"
                >
                  {label('pipeline_stage', one.stage)}
                </Anchor>
              </Table.Td>
              <Table.Td ta="right">{format.number(one.count)}</Table.Td>
              <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                {format.compactMoney(one.amount)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}

type Forecast = NonNullable<GlobalStats['pipeline']>['forecast'];

function ForecastByMonth({ forecast }: { forecast: Forecast }) {
  const { t, i18n } = useTranslation('dashboard');
  const format = useFormat();
  const month = new Intl.DateTimeFormat(i18n.language, { month: 'short', year: '2-digit' });
  const nameOf = (one: { month: string }) => month.format(new Date(`${one.month}-01T00:00`));
  const amounts = { all: t('charts.amount'), weighted: t('charts.weighted') };
  return (
    <Panel title={t('charts.forecast')} text={t('charts.forecast_text')}>
      <Picture>
        <BarChart
          h={260}
          data={forecast.months.map((one) => ({
            name: nameOf(one),
            [amounts.all]: Number(one.amount),
            [amounts.weighted]: Number(one.weighted_amount),
          }))}
          dataKey="name"
          withLegend
          series={[
            { name: amounts.all, color: 'brand.2' },
            { name: amounts.weighted, color: 'brand.7' },
          ]}
          valueFormatter={(value) => format.compactMoney(value)}
          barChartProps={SILENT}
          yAxisProps={{ width: 64 }}
        />
      </Picture>
      <Figures
        caption={t('charts.forecast')}
        head={[t('charts.month'), amounts.all, amounts.weighted]}
        rows={forecast.months.map((one) => [
          nameOf(one),
          format.money(one.amount),
          format.money(one.weighted_amount),
        ])}
      />
      <Group gap="lg" mt="xs">
        <Text size="sm">
          <Anchor
            component={Link}
            to="/organisations"
            search={{ pipeline_stage: OPEN, signature_date__empty: 'true' } as never}
            size="sm"
          >
            {t('charts.undated', { count: forecast.undated.count })}
          </Anchor>{' '}
          {format.compactMoney(forecast.undated.amount)}
        </Text>
        {forecast.before.count > 0 ? (
          <Text size="sm">
            <Anchor
              component={Link}
              to="/organisations"
              search={{ pipeline_stage: OPEN, signature_date__lte: dayBeforeMonth(forecast) } as never}
              size="sm"
            >
              {t('charts.late', { count: forecast.before.count })}
            </Anchor>{' '}
            {format.compactMoney(forecast.before.amount)}
          </Text>
        ) : null}
      </Group>
    </Panel>
  );
}

const OPEN = ['prospect', 'qualification', 'proposition', 'negociation'];

/** The last day before the first month of the forecast. */
function dayBeforeMonth(forecast: Forecast): string {
  const [year = 0, month = 1] = (forecast.months[0]?.month ?? '').split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, 0)).toISOString().slice(0, 10);
}

const TYPE_COLOURS: Record<(typeof ENUMS.interaction_type)[number], string> = {
  email: 'brand.6',
  phone: 'teal.6',
  meeting: 'violet.5',
  visio: 'cyan.5',
  note: 'yellow.6',
  linkedin: 'indigo.4',
  other: 'gray.5',
};

function ActivityByWeek({ interactions }: { interactions: NonNullable<GlobalStats['interactions']> }) {
  const { t, i18n } = useTranslation('dashboard');
  const label = useEnumLabel();
  const format = useFormat();
  const day = new Intl.DateTimeFormat(i18n.language, { day: 'numeric', month: 'short' });
  const nameOf = (week: string) => day.format(new Date(`${week}T00:00`));
  const types = ENUMS.interaction_type.filter((type) =>
    interactions.weeks.some((week) => (week.by_type[type] ?? 0) > 0),
  );
  return (
    <Panel
      title={t('charts.activity')}
      actions={
        <Anchor
          component={Link}
          to="/interactions"
          search={{ occurred_at__gte: interactions.weeks[0]?.week } as never}
          size="sm"
        >
          {t('see_list')}
        </Anchor>
      }
    >
      <Picture>
        <BarChart
          h={260}
          type="stacked"
          withLegend
          data={interactions.weeks.map((one) => ({
            name: nameOf(one.week),
            ...Object.fromEntries(
              types.map((type) => [label('interaction_type', type), one.by_type[type] ?? 0]),
            ),
          }))}
          dataKey="name"
          series={types.map((type) => ({ name: label('interaction_type', type), color: TYPE_COLOURS[type] }))}
          valueFormatter={(value) => format.number(value)}
          barChartProps={SILENT}
          yAxisProps={{ width: 36, allowDecimals: false }}
        />
      </Picture>
      <Figures
        caption={t('charts.activity')}
        head={[t('charts.week'), t('charts.interactions')]}
        rows={interactions.weeks.map((one) => [nameOf(one.week), format.number(one.total)])}
      />
    </Panel>
  );
}

function OrganisationsByKind({
  organisations,
}: {
  organisations: NonNullable<GlobalStats['organisations']>;
}) {
  const { t } = useTranslation('dashboard');
  const types = Object.entries(organisations.by_type).filter(([, count]) => count > 0);
  const categories = Object.entries(organisations.by_category).sort(([, a], [, b]) => b - a);
  return (
    <Panel title={t('charts.organisations')}>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xl">
        <Bars title={t('charts.by_type')} field="type" of="organisation_type" counts={types} />
        <Bars title={t('charts.by_category')} field="category" of="category" counts={categories} />
      </SimpleGrid>
    </Panel>
  );
}

/** Counts as bars of plain boxes, each with the link to what it counts. */
function Bars(props: {
  title: string;
  field: string;
  of: 'organisation_type' | 'category';
  counts: [string, number][];
}) {
  const label = useEnumLabel();
  const format = useFormat();
  const most = Math.max(1, ...props.counts.map(([, count]) => count));
  return (
    <div>
      <Text size="sm" fw={600} mb={6}>
        {props.title}
      </Text>
      {props.counts.map(([value, count]) => (
        <div key={value} style={{ marginBottom: 8 }}>
          <Group justify="space-between" gap="xs" wrap="nowrap">
            <Anchor component={Link} to="/organisations" search={{ [props.field]: value } as never} size="sm">
              {label(props.of, value)}
            </Anchor>
            <Text size="sm" style={{ fontVariantNumeric: 'tabular-nums' }}>
              {format.number(count)}
            </Text>
          </Group>
          <div
            aria-hidden
            style={{
              width: `${(count / most) * 100}%`,
              height: 6,
              borderRadius: 3,
              background: 'var(--mantine-color-brand-filled)',
            }}
          />
        </div>
      ))}
    </div>
  );
}

/** The pictures take no focus: who hears the page has the tables. */
const SILENT = { accessibilityLayer: false };

function Picture({ children }: { children: ReactNode }) {
  return <div aria-hidden>{children}</div>;
}

/** A chart's figures for those who do not see it. */
function Figures({ caption, head, rows }: { caption: string; head: string[]; rows: string[][] }) {
  return (
    <VisuallyHidden>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {head.map((one) => (
              <th key={one} scope="col">
                {one}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first, ...rest]) => (
            <tr key={first}>
              <th scope="row">{first}</th>
              {rest.map((cell, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a cell is known by its column
                <td key={place}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </VisuallyHidden>
  );
}
