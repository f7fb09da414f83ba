import { Paper, Skeleton, Stack, Tabs } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadFailed } from '@/components/LoadFailed';
import { ApiError } from '@/lib/api/errors';
import type { AnyRecord, Organisation, Resource } from '@/lib/api/records';
import type { KindOf } from '@/lib/kinds';
import { useRecord } from '@/lib/queries';
import { useCan } from '@/lib/session';
import { Composer } from './Composer';
import { Fields } from './Fields';
import { Gone } from './Gone';
import { Header } from './Header';
import { History } from './History';
import { Links } from './Links';
import classes from './RecordPage.module.css';
import { RecordTasks } from './RecordTasks';
import { Related, useRelations } from './Related';
import { StageSteps } from './StageSteps';
import { Timeline } from './Timeline';
import { useMay } from './useMay';

interface Props {
  kind: KindOf;
  id: string;
  tab?: string;
  onTab: (tab: string) => void;
}

/** The page of one record of any kind. */
export function RecordPage({ kind, id, tab, onTab }: Props) {
  const { data, error, isPending, refetch } = useRecord(kind.resource, id);
  if (isPending) return <Loading />;
  if (error instanceof ApiError && (error.status === 404 || error.status === 422))
    return <Gone kind={kind} id={id} />;
  if (!data) return <LoadFailed error={error} onRetry={refetch} />;
  return <Loaded kind={kind} record={data as AnyRecord} tab={tab} onTab={onTab} />;
}

interface Part {
  value: string;
  content: ReactNode;
}

function Loaded({ kind, record, tab, onTab }: Omit<Props, 'id'> & { record: AnyRecord }) {
  const { t } = useTranslation('records');
  const may = useMay(kind, record.id);
  const wide = useMediaQuery('(min-width: 62em)', undefined, { getInitialValueInEffect: false });

  const editable = may('update');
  const without = kind.resource === 'organisations' ? ['pipeline_stage'] : [];
  const fields = <Fields kind={kind} record={record} editable={editable} without={without} />;
  const parts = useParts(kind, record, editable);
  const shown: Part[] = wide ? parts : [{ value: 'details', content: fields }, ...parts];
  const current = shown.find((part) => part.value === tab) ?? shown[0];
  const tabs = (
    <Tabs
      value={current?.value ?? null}
      onChange={(value) => value && onTab(value)}
      keepMounted={false}
      className={classes.tabs}
    >
      <Tabs.List mb="md" className={classes.tabList}>
        {shown.map(({ value }) => (
          <Tabs.Tab key={value} value={value} className={classes.tab}>
            {t(`tabs.${value}` as never)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {shown.map(({ value, content }) => (
        <Tabs.Panel key={value} value={value}>
          {content}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
  return (
    <>
      <Header kind={kind} record={record} may={may} />
      {kind.resource === 'organisations' ? (
        <StageSteps organisation={record as Organisation} editable={editable} />
      ) : null}
      {wide ? (
        <div className={classes.columns}>
          {fields}
          <Paper withBorder p="sm" pt={4}>
            {tabs}
          </Paper>
        </div>
      ) : (
        tabs
      )}
    </>
  );
}

const LINKED: Partial<Record<Resource, 'organisation_id' | 'person_id'>> = {
  organisations: 'organisation_id',
  people: 'person_id',
};

/** What stands beside the fields; what the user may not read is left out. */
function useParts(kind: KindOf, record: AnyRecord, editable: boolean): Part[] {
  const can = useCan();
  const end = LINKED[kind.resource];
  const history = { value: 'history', content: <History kind={kind} record={record} editable={editable} /> };
  const relations = useRelations(kind.resource);
  const hanging =
    relations.length > 0
      ? [{ value: 'related', content: <Related record={record} relations={relations} /> }]
      : [];
  if (!end) return [...hanging, history];
  const about = { [end]: record.id } as { organisation_id: string } | { person_id: string };
  const activity = (
    <Stack gap="md">
      {can('interactions:create') ? <Composer about={about} /> : null}
      <Timeline
        resource={kind.resource as 'organisations' | 'people'}
        id={record.id}
        version={record.version}
      />
    </Stack>
  );
  const related = end === 'organisation_id' ? 'people' : 'organisations';
  return [
    { value: 'activity', content: activity },
    ...(can('people:read') ? [{ value: related, content: <Links end={end} id={record.id} /> }] : []),
    ...(can('tasks:read') ? [{ value: 'tasks', content: <RecordTasks end={end} id={record.id} /> }] : []),
    ...hanging,
    history,
  ];
}

function Loading() {
  const { t } = useTranslation();
  return (
    <Stack gap="md" role="status" aria-label={t('loading')}>
      <Skeleton height={34} width="min(420px, 80%)" />
      <Skeleton height={20} width="min(300px, 60%)" />
      <div className={classes.columns}>
        <Skeleton height={420} />
        <Skeleton height={420} visibleFrom="md" />
      </div>
    </Stack>
  );
}
