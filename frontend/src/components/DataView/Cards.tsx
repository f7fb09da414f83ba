import { Card, Checkbox, Group, Skeleton, Stack } from '@mantine/core';
import { memo, type ReactNode, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { AnyRecord } from '@/lib/api/records';
import { type KindOf, titleOf } from '@/lib/kinds';
import { type CellTools, CellValue, isBlank } from './CellValue';
import type { Column } from './columns';
import classes from './DataView.module.css';
import { TitleLink } from './Grid';
import { useGridState } from './gridState';

interface Shown {
  kind: KindOf;
  columns: readonly Column[];
  tools: CellTools;
  selectable: boolean;
  hrefOf: (record: AnyRecord) => string | null;
  onOpen?: (record: AnyRecord) => void;
  rowActions?: (record: AnyRecord) => ReactNode;
}

/** The list on a narrow screen: a card a record. */
export function Cards({
  rows,
  pending,
  stale,
  label,
  ...shown
}: Shown & { rows: readonly AnyRecord[]; pending: boolean; stale: boolean; label: string }) {
  return (
    <ul
      className={classes.cards}
      aria-label={label}
      aria-busy={pending || stale}
      data-stale={stale || undefined}
      data-cards
    >
      {pending
        ? [0, 1, 2, 3, 4, 5].map((place) => (
            <li key={place}>
              <Skeleton height={112} radius="md" />
            </li>
          ))
        : rows.map((record) => <RecordCard key={record.id} record={record} {...shown} />)}
    </ul>
  );
}

const RecordCard = memo(function RecordCard(props: Shown & { record: AnyRecord }) {
  const { record, kind, columns, tools } = props;
  const { t } = useTranslation('data');
  const state = useGridState();
  const chosen = useSyncExternalStore(state.subscribe, () => state.isChosen(record.id));
  const title = titleOf(kind, record);
  const fields = record as unknown as Record<string, unknown>;
  const shown = columns.filter((column) => !column.title && (column.cell || !isBlank(fields[column.name])));
  return (
    <Card component="li" withBorder padding="sm" data-row={record.id} data-chosen={chosen || undefined}>
      <Stack gap={6}>
        <Group gap="xs" wrap="nowrap" justify="space-between">
          <Group gap="xs" wrap="nowrap" style={{ minWidth: 0 }}>
            {props.selectable ? (
              <Checkbox
                aria-label={t('selection.choose', { title })}
                checked={chosen}
                onChange={() => state.toggle(record.id)}
              />
            ) : null}
            <TitleLink
              record={record}
              href={props.hrefOf(record)}
              onOpen={props.onOpen}
              title={title || tools.unknown}
              tabIndex={0}
            />
          </Group>
          {props.rowActions?.(record)}
        </Group>
        <dl className={classes.facts}>
          {shown.map((column) => (
            <div key={column.name}>
              <dt>{column.header}</dt>
              <dd>
                {column.cell ? (
                  column.cell(record)
                ) : column.field ? (
                  <CellValue field={column.field} value={fields[column.name]} tools={tools} />
                ) : null}
              </dd>
            </div>
          ))}
        </dl>
      </Stack>
    </Card>
  );
});
