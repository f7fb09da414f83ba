import { Anchor, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { FieldValue } from '@/components/fields/FieldValue';
import { useFieldLabel } from '@/components/fields/labels';
import { LoadFailed } from '@/components/LoadFailed';
import { openRecordForm } from '@/components/RecordForm';
import type { AnyRecord, Resource } from '@/lib/api/records';
import { useFormat } from '@/lib/format';
import { KINDS, pageOf, titleOf } from '@/lib/kinds';
import { useRecordList } from '@/lib/queries';
import { useCan } from '@/lib/session';
import classes from './RecordPage.module.css';

/** A kind whose records point here with one of their fields. */
interface Relation {
  resource: Resource;
  field: string;
}

const RELATIONS: Partial<Record<Resource, readonly Relation[]>> = {
  organisations: [
    { resource: 'mandats', field: 'organisation_id' },
    { resource: 'contracts', field: 'organisation_id' },
    { resource: 'events', field: 'organisation_id' },
    { resource: 'produits', field: 'issuer_id' },
  ],
  people: [
    { resource: 'contracts', field: 'client_contact_id' },
    { resource: 'events', field: 'client_contact_id' },
  ],
  produits: [{ resource: 'mandats', field: 'produit_ids' }],
  contracts: [{ resource: 'events', field: 'contract_id' }],
};

/** The relations of a kind that the user may read. */
export function useRelations(resource: Resource): readonly Relation[] {
  const can = useCan();
  return (RELATIONS[resource] ?? []).filter((relation) => can(`${KINDS[relation.resource].permission}:read`));
}

const MOST = 50;

/** What hangs on a record: its mandates, contracts, events and products, each kind with a way to add one. */
export function Related({ record, relations }: { record: AnyRecord; relations: readonly Relation[] }) {
  return (
    <Stack gap="lg">
      {relations.map((relation) => (
        <Group key={relation.resource} component="section" display="block">
          <RelatedKind record={record} relation={relation} />
        </Group>
      ))}
    </Stack>
  );
}

function RelatedKind({ record, relation }: { record: AnyRecord; relation: Relation }) {
  const { t } = useTranslation(['kinds', 'records', 'common']);
  const can = useCan();
  const format = useFormat();
  const kind = KINDS[relation.resource];
  const { data, error, isPending, refetch } = useRecordList(relation.resource, {
    [relation.field]: record.id,
    sort: kind.usualSort,
    limit: MOST,
  });
  return (
    <>
      <Group justify="space-between" mb={4}>
        <Title order={3} size="h6">
          {t(`kinds:${relation.resource}.many`)}
          {data ? (
            <Text span c="dimmed" fw={400} size="sm" ml={6}>
              {format.number(data.total)}
            </Text>
          ) : null}
        </Title>
        {can(`${kind.permission}:create`) ? (
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconPlus size={14} />}
            onClick={() => openRecordForm({ kind, initial: initialOf(record, relation) })}
          >
            {t(`kinds:${relation.resource}.new`)}
          </Button>
        ) : null}
      </Group>
      {isPending ? <Skeleton height={48} aria-hidden /> : null}
      {error ? <LoadFailed error={error} onRetry={refetch} /> : null}
      {data && data.items.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('records:related.empty')}
        </Text>
      ) : null}
      {data && data.items.length > 0 ? (
        <ul className={classes.rows}>
          {data.items.map((item) => (
            <RelatedRow key={item.id} record={item} relation={relation} />
          ))}
        </ul>
      ) : null}
    </>
  );
}

const SHOWN = 3;

function RelatedRow({ record, relation }: { record: AnyRecord; relation: Relation }) {
  const label = useFieldLabel();
  const kind = KINDS[relation.resource];
  const values = record as unknown as Record<string, unknown>;
  const fields = kind.fields
    .filter(
      ({ name, usual }) => usual && name !== kind.title && name !== relation.field && isSet(values[name]),
    )
    .slice(0, SHOWN);
  return (
    <li>
      <div className={classes.grow}>
        <Anchor
          component={Link}
          to={pageOf(relation.resource, record.id) ?? '/'}
          size="sm"
          fw={600}
          c="inherit"
          style={{ overflowWrap: 'anywhere' }}
        >
          {titleOf(kind, record)}
        </Anchor>
        <Group gap={12}>
          {fields.map((field) => (
            <Text key={field.name} size="xs" c="dimmed" component="span">
              {label(relation.resource, field.name)}&nbsp;:{' '}
              <FieldValue field={field} value={values[field.name]} plain />
            </Text>
          ))}
        </Group>
      </div>
    </li>
  );
}

function isSet(value: unknown): boolean {
  return (
    value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)
  );
}

/** What a new record takes over from the one it is added to. */
function initialOf(record: AnyRecord, { resource, field }: Relation): Record<string, unknown> {
  const values = record as unknown as Record<string, unknown>;
  if (resource === 'events' && field === 'contract_id') {
    return {
      contract_id: record.id,
      organisation_id: values.organisation_id,
      client_contact_id: values.client_contact_id,
    };
  }
  return { [field]: field === 'produit_ids' ? [record.id] : record.id };
}
