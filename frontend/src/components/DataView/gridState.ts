import { createContext, useContext, useSyncExternalStore } from 'react';
import type { AnyRecord } from '@/lib/api/records';

/**
 * Which rows are chosen and which cell is being edited. It lives beside React's state, so that choosing a row draws
 * that row anew and no other.
 */
export class GridState {
  private chosen = new Set<string>();
  private editing: { id: string; field: string } | null = null;
  private readonly failures = new Map<string, string>();
  private readonly listeners = new Set<() => void>();
  private snapshot: ReadonlySet<string> = this.chosen;
  private last: string | null = null;
  private rows: ReadonlyMap<string, AnyRecord> = new Map();
  private readonly kept = new Map<string, AnyRecord>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private changed(): void {
    this.snapshot = new Set(this.chosen);
    for (const listener of this.listeners) listener();
  }

  /** The chosen ids; the same object until the choice changes. */
  readonly selection = (): ReadonlySet<string> => this.snapshot;

  isChosen(id: string): boolean {
    return this.chosen.has(id);
  }

  toggle(id: string): void {
    if (!this.chosen.delete(id)) this.chosen.add(id);
    this.last = id;
    this.changed();
  }

  /** Chooses what lies between the row touched last and this one, or lets it go if this one was chosen. */
  toggleRange(id: string): void {
    const order = [...this.rows.keys()];
    const [from, to] = [order.indexOf(this.last ?? id), order.indexOf(id)];
    if (from < 0 || to < 0) {
      this.toggle(id);
      return;
    }
    const choose = !this.chosen.has(id);
    for (const one of order.slice(Math.min(from, to), Math.max(from, to) + 1)) {
      if (choose) this.chosen.add(one);
      else this.chosen.delete(one);
    }
    this.last = id;
    this.changed();
  }

  choose(ids: Iterable<string>): void {
    this.chosen = new Set(ids);
    this.changed();
  }

  /** What is shown now; chosen records that are shown no more are kept as they were. */
  setRows(rows: readonly AnyRecord[]): void {
    for (const [id, record] of this.rows) if (this.chosen.has(id)) this.kept.set(id, record);
    this.rows = new Map(rows.map((record) => [record.id, record]));
  }

  /** Chooses records that need not be shown. */
  chooseRecords(records: readonly AnyRecord[]): void {
    for (const record of records) this.kept.set(record.id, record);
    this.choose(records.map((record) => record.id));
  }

  chosenRecords(): AnyRecord[] {
    return [...this.chosen].flatMap((id) => this.rows.get(id) ?? this.kept.get(id) ?? []);
  }

  clear(): void {
    this.last = null;
    this.kept.clear();
    this.choose([]);
  }

  edit(id: string, field: string): void {
    this.failures.delete(`${id}.${field}`);
    this.editing = { id, field };
    this.changed();
  }

  stopEditing(): void {
    this.editing = null;
    this.changed();
  }

  editedField(id: string): string | null {
    return this.editing?.id === id ? this.editing.field : null;
  }

  /** Why the last change of a cell was refused; null takes the word back. */
  setFailure(id: string, field: string, message: string | null): void {
    if (message) this.failures.set(`${id}.${field}`, message);
    else this.failures.delete(`${id}.${field}`);
    this.changed();
  }

  /** Of a row, as one text that is compared; see `failuresOf`. */
  failureText(id: string): string {
    if (this.failures.size === 0) return '';
    const own = [...this.failures].filter(([key]) => key.startsWith(`${id}.`));
    return own.length ? JSON.stringify(own.map(([key, message]) => [key.slice(id.length + 1), message])) : '';
  }
}

export function failuresOf(text: string): ReadonlyMap<string, string> {
  return new Map(text ? (JSON.parse(text) as [string, string][]) : []);
}

const Context = createContext<GridState | null>(null);
export const GridStateProvider = Context.Provider;

export function useGridState(): GridState {
  const state = useContext(Context);
  if (!state) throw new Error('There is no grid around this component.');
  return state;
}

export function useSelection(): ReadonlySet<string> {
  const state = useGridState();
  return useSyncExternalStore(state.subscribe, state.selection);
}
