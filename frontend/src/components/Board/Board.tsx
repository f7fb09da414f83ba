import {
  draggable,
  dropTargetForElements,
  monitorForElements,
} from '@atlaskit/pragmatic-drag-and-drop/adapter/element-adapter';
import { ActionIcon, Badge, Group, Menu, Text, Title, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconArrowsExchange, IconChevronsLeft } from '@tabler/icons-react';
import {
  createContext,
  type ReactNode,
  type RefObject,
  useContext,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Board.module.css';

export interface ColumnOfBoard {
  id: string;
  name: string;
}

/** Takes a card to a column; answers the sentence to announce. */
export type OnMove = (to: string) => string;

interface BoardState {
  columns: readonly ColumnOfBoard[];
  move: (cardId: string, to: string, onMove: OnMove) => void;
}

const BoardContext = createContext<BoardState | null>(null);

function useBoard(): BoardState {
  const board = useContext(BoardContext);
  if (!board) throw new Error('This belongs inside a Board.');
  return board;
}

/**
 * Columns of cards that are moved by dragging, or by the menu of each card for those who do not drag. A card that moved
 * by its menu keeps the focus in its new column, and every move is announced.
 */
export function Board(props: { label: string; columns: readonly ColumnOfBoard[]; children: ReactNode }) {
  const [announced, setAnnounced] = useState('');
  const region = useRef<HTMLDivElement>(null);
  const focus = useFocusAfterMove(region);

  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => isCard(source.data),
        onDrop({ source, location }) {
          const to = location.current.dropTargets[0]?.data.column;
          if (isCard(source.data) && typeof to === 'string' && to !== source.data.column)
            setAnnounced(source.data.onMove(to));
        },
      }),
    [],
  );

  const move = (cardId: string, to: string, onMove: OnMove) => {
    focus(cardId);
    setAnnounced(onMove(to));
  };
  return (
    <BoardContext value={{ columns: props.columns, move }}>
      <VisuallyHidden aria-live="assertive">{announced}</VisuallyHidden>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached by the keyboard */}
      <section ref={region} className={classes.board} aria-label={props.label} tabIndex={0}>
        {props.children}
      </section>
    </BoardContext>
  );
}

interface DraggedCard extends Record<string | symbol, unknown> {
  card: string;
  column: string;
  onMove: OnMove;
}

function isCard(data: Record<string | symbol, unknown>): data is DraggedCard {
  return typeof data.card === 'string' && typeof data.onMove === 'function';
}

/** The menu of a moved card vanishes with its old place; the focus goes to the same menu in the new one. */
function useFocusAfterMove(region: RefObject<HTMLElement | null>): (cardId: string) => void {
  const awaited = useRef<string | null>(null);
  useEffect(() => {
    if (!region.current) return;
    const watcher = new MutationObserver(() => {
      if (!awaited.current) return;
      const button = region.current?.querySelector<HTMLElement>(
        `[data-card="${CSS.escape(awaited.current)}"] [data-move]`,
      );
      if (button && document.activeElement !== button) {
        awaited.current = null;
        button.focus();
      }
    });
    watcher.observe(region.current, { childList: true, subtree: true });
    return () => watcher.disconnect();
  }, [region]);
  return (cardId) => {
    awaited.current = cardId;
  };
}

/** `colour` is one of the theme's; a collapsed column still takes cards. */
export function BoardColumn(props: {
  id: string;
  name: string;
  colour: string;
  count: number | undefined;
  detail?: ReactNode;
  collapsed?: boolean;
  onToggle?: () => void;
  children?: ReactNode;
  footer?: ReactNode;
}) {
  const { id, name, collapsed } = props;
  const { t } = useTranslation('pipeline');
  const headId = useId();
  const place = useRef<HTMLElement>(null);
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (!place.current) return;
    return dropTargetForElements({
      element: place.current,
      canDrop: ({ source }) => isCard(source.data),
      getData: () => ({ column: id }),
      onDragEnter: ({ source }) => setOver(source.data.column !== id),
      onDragLeave: () => setOver(false),
      onDrop: () => setOver(false),
    });
  }, [id]);
  return (
    <section
      ref={place}
      className={classes.column}
      data-column={id}
      data-over={over || undefined}
      data-collapsed={collapsed || undefined}
      aria-labelledby={headId}
      style={{ '--column-colour': `var(--mantine-color-${props.colour}-filled)` } as React.CSSProperties}
    >
      {collapsed ? (
        <UnstyledButton className={classes.folded} onClick={props.onToggle} aria-expanded={false} id={headId}>
          <Text span fw={600} size="sm">
            {name}
          </Text>
          <Text span c="dimmed" size="sm">
            {props.count}
          </Text>
        </UnstyledButton>
      ) : (
        <>
          <div className={classes.head}>
            <Group justify="space-between" wrap="nowrap" gap="xs">
              <Group gap={8} wrap="nowrap" style={{ minWidth: 0 }}>
                <Title order={2} size="sm" id={headId} style={{ overflowWrap: 'anywhere' }}>
                  {name}
                </Title>
                {props.count === undefined ? null : (
                  <Badge variant="light" color="gray" size="sm" style={{ flex: 'none' }}>
                    {props.count}
                  </Badge>
                )}
              </Group>
              {props.onToggle ? (
                <ActionIcon
                  size={26}
                  color="gray"
                  onClick={props.onToggle}
                  aria-expanded
                  aria-label={t('board.fold', { name })}
                >
                  <IconChevronsLeft size={16} />
                </ActionIcon>
              ) : null}
            </Group>
            {props.detail ? (
              <Text size="xs" c="dimmed" component="div" mt={2}>
                {props.detail}
              </Text>
            ) : null}
          </div>
          <ul className={classes.items}>{props.children}</ul>
          {props.footer}
        </>
      )}
    </section>
  );
}

/** `name` tells cards apart for those who hear them; a card without `onMove` stays where it is. */
export function BoardCard(props: {
  id: string;
  name: string;
  column: string;
  onMove?: OnMove;
  children: ReactNode;
}) {
  const { id, column, onMove } = props;
  const place = useRef<HTMLLIElement>(null);
  const latest = useRef(onMove);
  const [dragging, setDragging] = useState(false);
  const movable = onMove !== undefined;
  useEffect(() => {
    latest.current = onMove;
  });
  useEffect(() => {
    if (!place.current || !movable) return;
    return draggable({
      element: place.current,
      getInitialData: () => ({ card: id, column, onMove: latest.current }),
      onDragStart: () => setDragging(true),
      onDrop: () => setDragging(false),
    });
  }, [id, column, movable]);
  return (
    <li
      ref={place}
      className={classes.card}
      data-card={id}
      data-movable={movable || undefined}
      data-dragging={dragging || undefined}
    >
      {props.children}
      {onMove ? <MoveMenu id={id} name={props.name} column={column} onMove={onMove} /> : null}
    </li>
  );
}

function MoveMenu(props: { id: string; name: string; column: string; onMove: OnMove }) {
  const { t } = useTranslation('pipeline');
  const { columns, move } = useBoard();
  return (
    <Menu position="bottom-end" withinPortal returnFocus={false}>
      <Menu.Target>
        <ActionIcon
          className={classes.move}
          size={26}
          color="gray"
          data-move
          aria-label={t('board.move', { name: props.name })}
        >
          <IconArrowsExchange size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('board.moveTo')}</Menu.Label>
        {columns
          .filter((one) => one.id !== props.column)
          .map((one) => (
            <Menu.Item key={one.id} onClick={() => move(props.id, one.id, props.onMove)}>
              {one.name}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}
