import {
  ActionIcon,
  Box,
  Button,
  Drawer,
  Group,
  SegmentedControl,
  Stack,
  Text,
  Tooltip,
} from '@mantine/core';
import { useDisclosure, useHotkeys, useIntersection, useLocalStorage, useMediaQuery } from '@mantine/hooks';
import {
  IconChartBar,
  IconFilter,
  IconFilterOff,
  IconKeyboard,
  IconRefresh,
  IconTable,
} from '@tabler/icons-react';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '@/components/EmptyState';
import { ErrorText } from '@/components/ErrorText';
import { useFieldLabel } from '@/components/fields/labels';
import type { AnyRecord, ListParameters, RecordOf, Resource } from '@/lib/api/records';
import { useFormat } from '@/lib/format';
import { type KindOf, pageOf } from '@/lib/kinds';
import { filtersOf, type ListSearch } from '@/lib/listSearch';
import { useRecordPages } from '@/lib/queries';
import { useCan, useMe } from '@/lib/session';
import { Cards } from './Cards';
import { useCellTools } from './CellValue';
import { ColumnMenu } from './ColumnMenu';
import { type Column, columnsOf, type ExtraColumn, shownColumns, usualColumns } from './columns';
import { questionOf } from './conditions';
import classes from './DataView.module.css';
import { canBeExported, ExportButton } from './ExportButton';
import { FacetPanel } from './FacetPanel';
import { AddFilter, FilterChips } from './FilterBar';
import { Grid } from './Grid';
import { GridState, GridStateProvider } from './gridState';
import { SearchBox } from './SearchBox';
import { SelectionBar } from './SelectionBar';
import { Shortcuts } from './Shortcuts';
import { SortMenu } from './SortMenu';
import { clicked, sortKeysOf, sortText } from './sorting';
import { useGridKeys } from './useGridKeys';
import { ViewBar } from './ViewBar';
import { hasViews } from './views';

/** Another way to show the list, beside the table; it gets the same question. */
export interface Layout {
  value: string;
  label: string;
  icon: ReactNode;
  render: (question: ListParameters) => ReactNode;
}

export interface DataViewProps<R extends Resource> {
  kind: KindOf<R>;
  /** The state of the list, as the URL holds it. */
  search: ListSearch;
  onSearch: (next: ListSearch) => void;
  /** Filters that always apply and that the user neither sees nor changes. */
  fixed?: ListParameters;
  /** Further buttons at the end of the toolbar. */
  toolbar?: ReactNode;
  /** Where a record leads; its own page unless told. */
  rowHref?: (record: RecordOf[R]) => string | null;
  /** What opening a record does, instead of leading to a page. */
  onOpen?: (record: RecordOf[R]) => void;
  extraColumns?: readonly ExtraColumn<R>[];
  /** Controls at the end of each row. Keep the function the same between renders, or every row is drawn anew. */
  rowActions?: (record: RecordOf[R]) => ReactNode;
  /** Shown when there is no record at all. */
  empty?: ReactNode;
  /** Width of their column in pixels; 96 unless told. */
  rowActionsWidth?: number;
  layouts?: readonly Layout[];
  /** The layout shown unless the user chooses another; the table unless told. */
  usualLayout?: string;
  /** In place of the kind's own. */
  usualSort?: string;
  usualColumns?: readonly string[];
  /** False: rows cannot be chosen. Without it they can where the user may update or delete. */
  selectable?: boolean;
}

const LIMIT = 50;
const NONE: readonly never[] = [];

/** The list of any kind: searched, filtered, sorted and read page by page on the server. */
export function DataView<R extends Resource>(props: DataViewProps<R>) {
  const [state] = useState(() => new GridState());
  return (
    <GridStateProvider value={state}>
      <View {...(props as unknown as DataViewProps<Resource>)} state={state} />
    </GridStateProvider>
  );
}

function View(props: DataViewProps<Resource> & { state: GridState }) {
  const { kind, search, onSearch, fixed, state, usualSort = props.kind.usualSort } = props;
  const { t } = useTranslation(['data', 'kinds', 'common']);
  const can = useCan();
  const me = useMe().user.id;
  const narrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const input = useRef<HTMLInputElement>(null);

  const usualLayout = props.usualLayout ?? 'table';
  const columns = useColumns(props);
  const sort = useMemo(() => sortKeysOf(search.sort), [search.sort]);
  const question = useMemo(
    () => ({ sort: usualSort, ...defined(questionOf(kind, search, me)), ...fixed }),
    [kind, search, me, fixed, usualSort],
  );
  const editable = can(`${kind.permission}:update`) && !fixed?.deleted;
  const deletable = can(`${kind.permission}:delete`);
  const selectable = props.selectable ?? (editable || deletable);
  const layout = props.layouts?.find((one) => one.value === (search.layout ?? usualLayout));

  const layouts = props.layouts ?? NONE;
  const [facetsKept, keepFacets] = useLocalStorage({ key: 'alforis.facets', defaultValue: false });
  const [drawer, { open: openDrawer, close: closeDrawer }] = useDisclosure();
  const [help, { toggle: toggleHelp, close: closeHelp }] = useDisclosure();
  const hasFacets = kind.fields.some((field) => field.facet);
  useHotkeys([
    ['/', () => input.current?.focus()],
    ['shift+?', toggleHelp],
  ]);

  // Another question has other rows, which nobody chose.
  const asked = JSON.stringify(question);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is what clears the selection
  useEffect(() => state.clear(), [asked, state]);

  const change = (next: Partial<ListSearch>) => onSearch(defined({ ...search, ...next }) as ListSearch);
  const many = t(`kinds:${kind.resource}.many`);
  const filters = { kind, search, onSearch };
  const facets = <FacetPanel {...filters} question={question} />;

  return (
    <Box className={classes.view}>
      {hasViews(kind.resource) && !fixed ? (
        <ViewBar resource={kind.resource} search={search} onSearch={onSearch} usualLayout={usualLayout} />
      ) : null}
      <Group gap="xs">
        <SearchBox
          inputRef={input}
          value={search.q ?? ''}
          label={t('data:search.label')}
          onSearch={(q) => change({ q: q || undefined })}
        />
        {narrow ? (
          <Button variant="default" leftSection={<IconFilter size={16} />} onClick={openDrawer}>
            {t('data:filters.title')}
          </Button>
        ) : (
          <>
            <AddFilter {...filters} />
            {hasFacets && !layout ? (
              <Button
                variant={facetsKept ? 'light' : 'default'}
                leftSection={<IconChartBar size={16} />}
                aria-pressed={facetsKept}
                onClick={() => keepFacets(!facetsKept)}
              >
                {t('data:facets.title')}
              </Button>
            ) : null}
          </>
        )}
        <Group gap="xs" ml="auto">
          {layouts.length > 0 ? (
            <SegmentedControl
              aria-label={t('data:layouts.label')}
              value={layout?.value ?? 'table'}
              onChange={(value) => change({ layout: value === usualLayout ? undefined : value })}
              data={[
                {
                  value: 'table',
                  label: layoutLabel(narrow ? null : <IconTable size={16} />, t('data:layouts.table')),
                },
                ...layouts.map((one) => ({
                  value: one.value,
                  label: layoutLabel(narrow ? null : one.icon, one.label),
                })),
              ]}
            />
          ) : null}
          {narrow || layout ? null : (
            <>
              <SortMenu
                columns={columns.all}
                keys={sort}
                onChange={(next) => change({ sort: sortText(next) })}
              />
              <ColumnMenu
                all={columns.all}
                shown={columns.shown}
                changed={search.columns !== undefined}
                onChange={(names) => change({ columns: names?.join(',') })}
              />
            </>
          )}
          {canBeExported(kind.resource) && !fixed?.deleted && can(`${kind.permission}:export`) ? (
            <ExportButton resource={kind.resource} question={question} columns={columns.shown} />
          ) : null}
          {narrow ? null : (
            <Tooltip label={t('data:shortcuts.title')}>
              <ActionIcon
                variant="default"
                size={36}
                aria-label={t('data:shortcuts.title')}
                onClick={toggleHelp}
              >
                <IconKeyboard size={16} />
              </ActionIcon>
            </Tooltip>
          )}
          {props.toolbar}
        </Group>
      </Group>
      <FilterChips {...filters} />
      {layout ? (
        layout.render(question)
      ) : (
        <div className={classes.body}>
          {hasFacets && facetsKept && !narrow ? (
            <aside className={classes.facets} aria-label={t('data:facets.title')}>
              {facets}
            </aside>
          ) : null}
          <div className={classes.rows}>
            <Rows
              {...props}
              question={question}
              columns={columns.shown}
              narrow={Boolean(narrow)}
              label={many}
              editable={editable}
              selectable={selectable}
              sort={sort}
              onSort={(next) => change({ sort: next })}
              filtered={Boolean(search.q) || Object.keys(filtersOf(search)).length > 0}
              onClear={() => onSearch(withoutQuestion(search))}
            />
          </div>
        </div>
      )}
      <Shortcuts opened={help} onClose={closeHelp} />
      <Drawer
        opened={drawer}
        onClose={closeDrawer}
        position="bottom"
        size="85%"
        title={t('data:filters.title')}
        closeButtonProps={{ 'aria-label': t('common:actions.close') }}
      >
        <Stack>
          <Group gap="xs">
            <AddFilter {...filters} />
            <SortMenu
              columns={columns.all}
              keys={sort}
              onChange={(next) => change({ sort: sortText(next) })}
            />
          </Group>
          <FilterChips {...filters} />
          {hasFacets ? facets : null}
        </Stack>
      </Drawer>
    </Box>
  );
}

function layoutLabel(icon: ReactNode, label: string): ReactNode {
  return (
    <Group gap={6} wrap="nowrap" justify="center">
      {icon}
      <span>{label}</span>
    </Group>
  );
}

function useColumns(props: DataViewProps<Resource>) {
  const { kind, extraColumns = NONE, usualColumns: usual } = props;
  const { columns: names } = props.search;
  const label = useFieldLabel();
  const { i18n } = useTranslation();
  const deleted = Boolean(props.fixed?.deleted);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the labels change with the language
  return useMemo(() => {
    const known = columnsOf(kind, label, extraColumns);
    const all = deleted ? known : known.filter((column) => column.name !== 'deleted_at');
    return { all, shown: shownColumns(all, names?.split(',') ?? usual ?? usualColumns(kind, extraColumns)) };
  }, [kind, extraColumns, usual, names, deleted, i18n.language]);
}

interface RowsProps extends DataViewProps<Resource> {
  state: GridState;
  question: ListParameters;
  columns: readonly Column[];
  narrow: boolean;
  label: string;
  editable: boolean;
  selectable: boolean;
  sort: ReturnType<typeof sortKeysOf>;
  onSort: (sort: string | undefined) => void;
  filtered: boolean;
  onClear: () => void;
}

function Rows(props: RowsProps) {
  const { kind, question, state, sort, onSort, columns } = props;
  const { t } = useTranslation(['data', 'common']);
  const format = useFormat();
  const tools = useCellTools();
  const grid = useRef<HTMLTableElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const pages = useRecordPages(kind.resource, { ...question, limit: LIMIT });
  const { data, hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage } = pages;
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items as AnyRecord[]) ?? [], [data]);
  const total = data?.pages.at(-1)?.total ?? 0;

  useEffect(() => state.setRows(rows), [state, rows]);

  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isPlaceholderData) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage]);
  const keyDown = useGridKeys(grid, state, { selectable: props.selectable, onEnd: more });

  const { rowHref, onOpen, rowActions } = props;
  const hrefOf = useCallback(
    (record: AnyRecord) => (rowHref ? rowHref(record) : pageOf(kind.resource, record.id)),
    [rowHref, kind.resource],
  );
  const sortBy = useCallback(
    (field: string, add: boolean) => onSort(sortText(clicked(sort, field, add))),
    [sort, onSort],
  );

  if (pages.isError && !data) {
    return (
      <Box py="xl" ta="center">
        <ErrorText error={pages.error} />
        <Button mt="md" leftSection={<IconRefresh size={16} />} onClick={() => void pages.refetch()}>
          {t('common:actions.retry')}
        </Button>
      </Box>
    );
  }
  if (data && rows.length === 0 && !isPlaceholderData) {
    if (!props.filtered && props.empty) return props.empty;
    return (
      <EmptyState
        icon={props.filtered ? <IconFilterOff size={28} /> : <IconTable size={28} />}
        title={props.filtered ? t('data:empty.filtered') : t('data:empty.none')}
        text={props.filtered ? t('data:empty.filtered_text') : undefined}
        action={
          props.filtered ? (
            <Button variant="light" onClick={props.onClear}>
              {t('data:filters.clear')}
            </Button>
          ) : undefined
        }
      />
    );
  }
  const shared = {
    kind,
    columns,
    tools,
    selectable: props.selectable,
    editable: props.editable,
    hrefOf,
    onOpen,
    rowActionsWidth: props.rowActionsWidth ?? 96,
    rowActions: rowActions as ((record: AnyRecord) => ReactNode) | undefined,
    rows,
    pending: !data,
    stale: isPlaceholderData,
    label: props.label,
  };
  return (
    <>
      <Text size="sm" c="dimmed" role="status" className={classes.count}>
        {data
          ? t('data:count', { count: total, total: format.number(total), loaded: format.number(rows.length) })
          : t('common:loading')}
      </Text>
      {props.narrow ? (
        <Cards {...shared} />
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions: the keys and clicks are those of the grid inside
        <div
          ref={scroller}
          className={classes.scroller}
          onKeyDown={keyDown as never}
          onDoubleClick={(event) => {
            const cell = (event.target as Element).closest<HTMLElement>('td[data-editable]');
            const row = cell?.closest<HTMLElement>('[data-row]');
            if (cell?.dataset.field && row?.dataset.row) state.edit(row.dataset.row, cell.dataset.field);
          }}
        >
          <Grid {...shared} gridRef={grid} total={total} sort={sort} onSortClick={sortBy} />
          {hasNextPage ? <More root={scroller} loading={isFetchingNextPage} onMore={more} /> : null}
        </div>
      )}
      {props.narrow && hasNextPage ? <More loading={isFetchingNextPage} onMore={more} /> : null}
      {props.selectable ? <SelectionBar kind={kind} question={question} rows={rows} total={total} /> : null}
    </>
  );
}

/** Asks for the next page before its place comes into sight; the button is for whoever does not scroll. */
function More(props: { root?: { current: HTMLDivElement | null }; loading: boolean; onMore: () => void }) {
  const { t } = useTranslation();
  const { ref, entry } = useIntersection({ root: props.root?.current ?? null, rootMargin: '800px' });
  const near = entry?.isIntersecting ?? false;
  const { loading, onMore } = props;
  useEffect(() => {
    if (near && !loading) onMore();
  }, [near, loading, onMore]);
  return (
    <div ref={ref} className={classes.more}>
      <Button variant="subtle" loading={loading} onClick={onMore}>
        {t('actions.more')}
      </Button>
    </div>
  );
}

function defined<T extends object>(given: T): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}

/** The state without what narrows it. */
function withoutQuestion(search: ListSearch): ListSearch {
  const { sort, columns, view, layout } = search;
  return defined({ sort, columns, view, layout }) as ListSearch;
}
