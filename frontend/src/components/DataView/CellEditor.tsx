import { useRef, useState } from 'react';
import { FieldInput } from '@/components/fields/FieldInput';
import type { AnyRecord } from '@/lib/api/records';
import type { Field, KindOf } from '@/lib/kinds';
import { useGridState } from './gridState';
import { useQuickEdit } from './useQuickEdit';

/** Fields whose input is a list: choosing is saving. */
const CHOSEN = new Set<Field['type']>(['enum', 'boolean', 'country', 'language', 'record', 'date']);

/** The input that stands in a cell while it is being changed: Enter saves, Escape leaves it as it was. */
export function CellEditor({ kind, field, record }: { kind: KindOf; field: Field; record: AnyRecord }) {
  const state = useGridState();
  const save = useQuickEdit(kind);
  const before = (record as Record<string, unknown>)[field.name] ?? null;
  const [draft, setDraft] = useState<unknown>(before);
  const done = useRef(false);
  const box = useRef<HTMLDivElement>(null);

  const finish = (value: unknown, keep: boolean, refocus = true) => {
    if (done.current) return;
    done.current = true;
    const row = box.current?.closest('tr');
    state.stopEditing();
    if (keep && !same(value, before)) save(record, field, value);
    // The cell comes back once the editor is gone.
    if (refocus) setTimeout(() => row?.querySelector<HTMLElement>(`[data-field="${field.name}"]`)?.focus());
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears the keys of the input inside
    <div
      ref={box}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          finish(before, false);
        }
        if (event.key === 'Enter' && !CHOSEN.has(field.type)) {
          event.preventDefault();
          event.stopPropagation();
          finish(draft, true);
        }
      }}
      onBlur={(event) => {
        const into = event.relatedTarget as Element | null;
        if (!into || (!event.currentTarget.contains(into) && !into.closest('[data-portal]'))) {
          finish(draft, !CHOSEN.has(field.type), false);
        }
      }}
    >
      <FieldInput
        resource={kind.resource}
        field={field}
        value={draft}
        hideLabel
        autoFocus
        onChange={(value) => {
          setDraft(value);
          if (CHOSEN.has(field.type)) finish(value, true);
        }}
      />
    </div>
  );
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
