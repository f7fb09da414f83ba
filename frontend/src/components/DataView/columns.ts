import type { ReactNode } from 'react';
import type { AnyRecord, RecordOf, Resource } from '@/lib/api/records';
import type { Field, KindOf } from '@/lib/kinds';

/** A column that is not a field of the record. It neither sorts nor filters. */
export interface ExtraColumn<R extends Resource = Resource> {
  name: string;
  header: string;
  cell: (record: RecordOf[R]) => ReactNode;
  /** In pixels; 180 unless told. */
  width?: number;
  /** Where it stands among the usual columns; last unless told. */
  at?: number;
}

export interface Column {
  name: string;
  header: string;
  width: number;
  field?: Field;
  cell?: (record: AnyRecord) => ReactNode;
  /** Its cells lead to the record. */
  title?: boolean;
  numeric?: boolean;
}

const WIDTHS: Partial<Record<Field['type'], number>> = {
  text: 140,
  longtext: 280,
  email: 220,
  url: 200,
  phone: 150,
  enum: 165,
  enums: 200,
  tags: 200,
  texts: 200,
  money: 130,
  percent: 120,
  integer: 110,
  date: 130,
  datetime: 165,
  boolean: 100,
};

/** Every column the list can show: its fields but the bookkeeping of the trash, then the extra ones. */
export function columnsOf(
  kind: KindOf,
  label: (resource: Resource, name: string) => string,
  extra: readonly ExtraColumn[],
): Column[] {
  const fields = kind.fields.map((field) => ({
    name: field.name,
    header: label(kind.resource, field.name),
    width: field.name === kind.title ? 230 : (WIDTHS[field.type] ?? 180),
    field,
    title: field.name === kind.title,
    numeric: field.type === 'money' || field.type === 'percent' || field.type === 'integer',
  }));
  const others = extra.map(({ name, header, cell, width = 180 }) => ({
    name,
    header,
    width,
    cell: cell as Column['cell'],
  }));
  return [...fields, ...others];
}

export function usualColumns(kind: KindOf, extra: readonly ExtraColumn[]): string[] {
  const names = kind.fields.filter((field) => field.usual).map((field) => field.name);
  for (const column of extra) names.splice(column.at ?? names.length, 0, column.name);
  return names;
}

/** The columns a state names, in its order; the title leads if the state forgot it, for it is the way to the record. */
export function shownColumns(all: readonly Column[], names: readonly string[]): Column[] {
  const shown = names.flatMap((name) => all.find((column) => column.name === name) ?? []);
  const title = all.find((column) => column.title);
  return title && !shown.includes(title) ? [title, ...shown] : shown;
}
