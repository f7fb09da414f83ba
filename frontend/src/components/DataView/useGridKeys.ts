import { type KeyboardEvent, type RefObject, useCallback, useLayoutEffect } from 'react';
import type { GridState } from './gridState';

/**
 * The keys of the grid. Focus moves from cell to cell without drawing anything anew: the tab stop is an attribute
 * that is moved by hand.
 */
export function useGridKeys(
  grid: RefObject<HTMLTableElement | null>,
  state: GridState,
  options: { selectable: boolean; onEnd: () => void },
) {
  const { selectable, onEnd } = options;

  useLayoutEffect(() => {
    const table = grid.current;
    if (!table) return;
    const focused = (event: FocusEvent) => {
      const cell = (event.target as Element).closest<HTMLElement>('[data-cell]');
      if (cell && table.contains(cell)) makeTabStop(table, cell);
    };
    table.addEventListener('focusin', focused);
    return () => table.removeEventListener('focusin', focused);
  });

  // Some cell is always the tab stop, also after the rows have changed.
  useLayoutEffect(() => {
    const table = grid.current;
    if (table && !table.querySelector('[data-stop]')) {
      const first =
        table.querySelector<HTMLElement>('tbody [data-cell]') ??
        table.querySelector<HTMLElement>('[data-cell]');
      if (first) makeTabStop(table, first);
    }
  });

  return useCallback(
    (event: KeyboardEvent<HTMLTableElement>) => {
      const table = grid.current;
      const cell = (event.target as Element).closest<HTMLElement>('[data-cell]');
      if (!table || !cell || cell.dataset.editing !== undefined) return;
      if (event.metaKey || event.altKey || isTyping(event.target)) return;
      const act = ACTIONS[event.key];
      if (act?.({ event, table, cell, state, selectable, onEnd })) event.preventDefault();
    },
    [grid, state, selectable, onEnd],
  );
}

interface Pressed {
  event: KeyboardEvent;
  table: HTMLTableElement;
  cell: HTMLElement;
  state: GridState;
  selectable: boolean;
  onEnd: () => void;
}

type Action = (pressed: Pressed) => boolean;

const down: Action = (pressed) => moveRow(pressed, 1);
const up: Action = (pressed) => moveRow(pressed, -1);
const choose: Action = ({ event, cell, state, selectable }) => {
  const row = rowOf(cell);
  if (!row?.dataset.row || !selectable) return false;
  if (event.shiftKey) state.toggleRange(row.dataset.row);
  else state.toggle(row.dataset.row);
  return true;
};
const edit: Action = ({ cell, state }) => {
  const id = rowOf(cell)?.dataset.row;
  if (!id || cell.dataset.editable === undefined || !cell.dataset.field) return false;
  state.edit(id, cell.dataset.field);
  return true;
};
const open: Action = ({ cell }) => {
  const link = rowOf(cell)?.querySelector<HTMLElement>('[data-opens]');
  link?.click();
  return Boolean(link);
};
/** Changes the cell where it can be changed, follows its link where it has one, opens the record elsewhere. */
const enter: Action = (pressed) => {
  if (pressed.event.target !== pressed.cell) return false;
  if (edit(pressed)) return true;
  const link = pressed.cell.querySelector<HTMLElement>('a, button');
  if (link) {
    link.click();
    return true;
  }
  return open(pressed);
};

const ACTIONS: Record<string, Action> = {
  ArrowDown: down,
  j: down,
  ArrowUp: up,
  k: up,
  ArrowRight: (pressed) => moveColumn(pressed, 1),
  ArrowLeft: (pressed) => moveColumn(pressed, -1),
  Home: (pressed) => moveColumn(pressed, Number.NEGATIVE_INFINITY),
  End: (pressed) => moveColumn(pressed, Number.POSITIVE_INFINITY),
  PageDown: (pressed) => moveRow(pressed, 10),
  PageUp: (pressed) => moveRow(pressed, -10),
  ' ': choose,
  x: choose,
  X: choose,
  Enter: enter,
  F2: edit,
  e: edit,
  o: open,
  Escape: ({ state }) => {
    if (state.selection().size === 0) return false;
    state.clear();
    return true;
  },
};

function rowOf(cell: HTMLElement): HTMLElement | null {
  return cell.closest<HTMLElement>('[data-row]');
}

function cellsOf(row: Element): HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>('[data-cell]')];
}

function moveRow({ table, cell, onEnd }: Pressed, by: number): boolean {
  const rows = [...table.querySelectorAll('tr:not([aria-hidden])')];
  const row = cell.closest('tr');
  if (!row) return false;
  const target = rows.indexOf(row) + by;
  if (target >= rows.length - 5) onEnd();
  const next = rows[Math.max(0, Math.min(rows.length - 1, target))];
  const column = cellsOf(row).indexOf(cell);
  return focusCell(next ? cellsOf(next)[column] : undefined);
}

function moveColumn({ cell }: Pressed, by: number): boolean {
  const row = cell.closest('tr');
  if (!row) return false;
  const cells = cellsOf(row);
  return focusCell(cells[Math.max(0, Math.min(cells.length - 1, cells.indexOf(cell) + by))]);
}

/** Where the focus of a cell lies: on the one control it is made of, or on itself. */
function targetOf(cell: HTMLElement): HTMLElement {
  return cell.querySelector<HTMLElement>('[data-focus]') ?? cell;
}

export function focusCell(cell: HTMLElement | undefined | null): boolean {
  if (!cell) return false;
  targetOf(cell).focus();
  cell.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  return true;
}

function makeTabStop(table: HTMLElement, cell: HTMLElement): void {
  for (const before of table.querySelectorAll<HTMLElement>('[data-stop]')) {
    delete before.dataset.stop;
    targetOf(before).tabIndex = -1;
  }
  cell.dataset.stop = '';
  targetOf(cell).tabIndex = 0;
}

export function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  if (!element?.matches) return false;
  if (element.matches('input[type=checkbox], input[type=radio]')) return false;
  return element.matches('input, textarea, select, [contenteditable=true]');
}
