import { useSyncExternalStore } from 'react';

/** Holds one thing that any code may put on the screen, and that one component there shows. */
export interface Slot<T> {
  fill(content: T): void;
  empty(): void;
  use(): T | null;
  /** What it holds now, for code outside of components. */
  peek(): T | null;
}

export function makeSlot<T>(): Slot<T> {
  let held: T | null = null;
  const listeners = new Set<() => void>();
  const become = (content: T | null) => {
    held = content;
    for (const listener of listeners) listener();
  };
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    fill: become,
    empty: () => become(null),
    peek: () => held,
    use: () => useSyncExternalStore(subscribe, () => held),
  };
}
