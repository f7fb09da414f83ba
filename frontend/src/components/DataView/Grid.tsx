import { Checkbox, Skeleton } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { memo, type ReactNode, type Ref, useCallback, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { AnyRecord } from '@/lib/api/records';
import { type KindOf, titleOf } from '@/lib/kinds';
import { CellEditor } from './CellEditor';
import { type CellTools, CellValue } from './CellValue';
import type { Column } from './columns';
import classes from './DataView.module.css';
import { failuresOf, useGridState, useSelection } from './gridState';
import type { SortKey } from './sorting';

interface Shown {
  kind: KindOf;
  columns: readonly Column[];
  tools: CellTools;
  selectable: boolean;
  /** Whether cells of `quick` fields can be changed in place. */
  editable: boolean;
  hrefOf: (record: AnyRecord) => string | null;
  onOpen?: (record: AnyRecord) => void;
  rowActions?: (record: AnyRecord) => ReactNode;
}

export interface GridProps extends Shown {
  label: string;
  rows: readonly AnyRecord[];
  total: number;
  sort: readonly SortKey[];
  onSortClick: (field: string, add: boolean) => void;
  rowActionsWidth: number;
  gridRef: Ref<HTMLTableElement>;
  /** Skeleton rows in place of rows. */
  pending: boolean;
  /** The rows answer an earlier question. */
  stale: boolean;
}

/** The list as a grid in the sense of ARIA: one tab stop, arrows move between the cells. */
export function Grid(props: GridProps) {
  const { columns, sort, selectable, kind } = props;
  const width = columns.reduce((sum, column) => sum + column.width, selectable ? 44 : 0);
  return (
    <table
      ref={props.gridRef}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table used cell by cell is a grid
      role="grid"
      className={classes.grid}
      style={{ minWidth: width + (props.rowActions ? props.rowActionsWidth : 0) }}
      aria-label={props.label}
      aria-rowcount={props.total + 1}
      aria-multiselectable={selectable || undefined}
      aria-busy={props.stale || props.pending}
      data-stale={props.stale || undefined}
    >
      <colgroup>
        {selectable ? <col style={{ width: 44 }} /> : null}
        {columns.map((column) => (
          <col key={column.name} style={{ width: column.width }} />
        ))}
        {props.rowActions ? <col style={{ width: props.rowActionsWidth }} /> : null}
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          {selectable ? (
            <th className={classes.check} scope="col" data-cell>
              <ChooseLoaded rows={props.rows} />
            </th>
          ) : null}
          {columns.map((column) => (
            <ColumnHead key={column.name} column={column} sort={sort} onSortClick={props.onSortClick} />
          ))}
          {props.rowActions ? <ActionsHead /> : null}
        </tr>
      </thead>
      <tbody>
        {props.pending ? (
          <SkeletonRows columns={columns.length + (selectable ? 1 : 0) + (props.rowActions ? 1 : 0)} />
        ) : (
          props.rows.map((record, index) => (
            <Row
              key={record.id}
              record={record}
              index={index}
              kind={kind}
              columns={columns}
              tools={props.tools}
              selectable={selectable}
              editable={props.editable}
              hrefOf={props.hrefOf}
              onOpen={props.onOpen}
              rowActions={props.rowActions}
            />
          ))
        )}
      </tbody>
    </table>
  );
}

function ChooseLoaded({ rows }: { rows: readonly AnyRecord[] }) {
  const { t } = useTranslation('data');
  const state = useGridState();
  const chosen = useSelection();
  const all = rows.length > 0 && rows.every((record) => chosen.has(record.id));
  return (
    <Checkbox
      size="xs"
      tabIndex={-1}
      data-focus
      aria-label={t('selection.choose_loaded')}
      checked={all}
      indeterminate={!all && chosen.size > 0}
      onChange={() => (all ? state.clear() : state.choose(rows.map((record) => record.id)))}
    />
  );
}

function ActionsHead() {
  const { t } = useTranslation('data');
  return (
    <th scope="col" data-cell tabIndex={-1}>
      <span className={classes.hidden}>{t('table.actions')}</span>
    </th>
  );
}

function ColumnHead(props: {
  column: Column;
  sort: readonly SortKey[];
  onSortClick: (field: string, add: boolean) => void;
}) {
  const { column, sort } = props;
  const place = sort.findIndex((key) => key.field === column.name);
  const key = sort[place];
  if (!column.field) {
    return (
      <th scope="col" data-cell tabIndex={-1}>
        <span className={classes.plainHead}>{column.header}</span>
      </th>
    );
  }
  return (
    <th
      scope="col"
      data-cell
      data-numeric={column.numeric || undefined}
      aria-sort={key ? (key.descending ? 'descending' : 'ascending') : undefined}
    >
      <button
        type="button"
        tabIndex={-1}
        data-focus
        className={classes.head}
        onClick={(event) => props.onSortClick(column.name, event.shiftKey)}
      >
        <span className={classes.headText}>{column.header}</span>
        {key ? key.descending ? <IconArrowDown size={14} /> : <IconArrowUp size={14} /> : null}
        {key && sort.length > 1 ? <span className={classes.place}>{place + 1}</span> : null}
      </button>
    </th>
  );
}

interface RowProps extends Shown {
  record: AnyRecord;
  index: number;
}

const Row = memo(function Row({ record, index, ...shown }: RowProps) {
  const state = useGridState();
  const { id } = record;
  const chosen = useSyncExternalStore(state.subscribe, () => state.isChosen(id));
  const edited = useSyncExternalStore(state.subscribe, () => state.editedField(id));
  const failureText = useSyncExternalStore(state.subscribe, () => state.failureText(id));
  return (
    <tr
      aria-rowindex={index + 2}
      aria-selected={shown.selectable ? chosen : undefined}
      data-row={id}
      data-chosen={chosen || undefined}
    >
      <RowCells
        record={record}
        index={index}
        {...shown}
        edited={edited}
        failureText={failureText}
        check={shown.selectable ? <ChooseRow kind={shown.kind} record={record} chosen={chosen} /> : null}
      />
    </tr>
  );
});

function RowCells(props: RowProps & { edited: string | null; failureText: string; check: ReactNode }) {
  const { record, columns, tools, kind } = props;
  const failures = failuresOf(props.failureText);
  return (
    <>
      {props.check}
      {columns.map((column) =>
        props.edited === column.name && column.field ? (
          <td key={column.name} data-cell data-editing className={classes.editing}>
            <CellEditor kind={kind} field={column.field} record={record} />
          </td>
        ) : (
          <Cell
            key={column.name}
            column={column}
            record={record}
            tools={tools}
            failure={failures.get(column.name)}
            editable={props.editable && Boolean(column.field?.quick)}
            href={column.title ? props.hrefOf(record) : null}
            onOpen={column.title ? props.onOpen : undefined}
            title={column.title ? titleOf(kind, record) : undefined}
          />
        ),
      )}
      {props.rowActions ? (
        <td data-cell tabIndex={-1} className={classes.actions}>
          {props.rowActions(record)}
        </td>
      ) : null}
    </>
  );
}

interface CellProps {
  column: Column;
  record: AnyRecord;
  tools: CellTools;
  editable: boolean;
  failure?: string;
  href: string | null;
  onOpen?: (record: AnyRecord) => void;
  title?: string;
}

const Cell = memo(function Cell({
  column,
  record,
  tools,
  editable,
  failure,
  href,
  onOpen,
  title,
}: CellProps) {
  const value = column.field ? (record as Record<string, unknown>)[column.name] : undefined;
  return (
    <td
      data-cell
      data-field={column.name}
      data-editable={editable || undefined}
      data-numeric={column.numeric || undefined}
      tabIndex={-1}
      aria-invalid={failure ? true : undefined}
      title={failure}
    >
      {column.title ? (
        <TitleLink record={record} href={href} onOpen={onOpen} title={title || tools.unknown} />
      ) : column.cell ? (
        column.cell(record)
      ) : column.field ? (
        <CellValue field={column.field} value={value} tools={tools} />
      ) : null}
      {failure ? (
        <span role="alert" className={classes.failure}>
          {failure}
        </span>
      ) : null}
    </td>
  );
});

export function TitleLink(props: {
  record: AnyRecord;
  href: string | null;
  onOpen?: (record: AnyRecord) => void;
  title: string;
  tabIndex?: number;
}) {
  const { record, href, onOpen, title, tabIndex = -1 } = props;
  if (onOpen) {
    return (
      <button
        type="button"
        tabIndex={tabIndex}
        className={classes.title}
        data-opens
        onClick={() => onOpen(record)}
      >
        {title}
      </button>
    );
  }
  if (!href) return <span className={classes.plainTitle}>{title}</span>;
  return (
    <Link to={href} tabIndex={tabIndex} className={classes.title} data-opens>
      {title}
    </Link>
  );
}

function ChooseRow({ kind, record, chosen }: { kind: KindOf; record: AnyRecord; chosen: boolean }) {
  const { t } = useTranslation('data');
  const state = useGridState();
  const choose = useCallback(
    (event: { nativeEvent: Event }) => {
      if ((event.nativeEvent as MouseEvent).shiftKey) state.toggleRange(record.id);
      else state.toggle(record.id);
    },
    [state, record.id],
  );
  return (
    <td className={classes.check} data-cell>
      <input
        type="checkbox"
        tabIndex={-1}
        data-focus
        className={classes.box}
        aria-label={t('selection.choose', { title: titleOf(kind, record) })}
        checked={chosen}
        onChange={choose}
      />
    </td>
  );
}

const SKELETONS = Array.from({ length: 12 }, (_, index) => index);

function SkeletonRows({ columns }: { columns: number }) {
  return SKELETONS.map((row) => (
    <tr key={row} aria-hidden>
      {Array.from({ length: columns }, (_, index) => index).map((column) => (
        <td key={column}>
          <Skeleton height={12} width={column === 0 ? '70%' : `${40 + ((row * 7 + column * 13) % 45)}%`} />
        </td>
      ))}
    </tr>
  ));
}
