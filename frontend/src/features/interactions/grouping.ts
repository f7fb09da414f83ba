import type { Interaction } from '@/lib/api/records';

export interface Group {
  /** The day (ISO) or the status that its interactions share. */
  key: string;
  status?: NonNullable<Interaction['status']>;
  relative?: 'today' | 'yesterday';
  items: Interaction[];
}

/** By status where the list is sorted by it first, else by the local day; in the order of the list. */
export function grouped(items: readonly Interaction[], sort: string, now = new Date()): Group[] {
  const byStatus = sort.replace(/^-/, '').startsWith('status');
  const groups = new Map<string, Group>();
  for (const item of items) {
    const status = byStatus ? (item.status ?? 'done') : undefined;
    const key = status ?? localDay(new Date(item.occurred_at));
    const group = groups.get(key) ?? {
      key,
      status,
      relative: status ? undefined : nearness(key, now),
      items: [],
    };
    group.items.push(item);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function nearness(day: string, now: Date): Group['relative'] {
  if (day === localDay(now)) return 'today';
  const before = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  return day === localDay(before) ? 'yesterday' : undefined;
}

function localDay(instant: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${instant.getFullYear()}-${two(instant.getMonth() + 1)}-${two(instant.getDate())}`;
}
