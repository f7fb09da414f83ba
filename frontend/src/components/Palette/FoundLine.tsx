import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEnumLabel } from '@/components/fields/labels';
import { kindIcon } from '@/components/kindIcon';
import { Marked, MarkedStart } from '@/components/Marked';
import type { Found } from '@/lib/api/search';
import { useFormat } from '@/lib/format';
import type { EnumName } from '@/lib/kinds';

/** What a search found: its name, and below it where the match is or what tells it from its namesakes. */
export function FoundLine({ found, typed }: { found: Found; typed: string }) {
  const context = useContext(found);
  return (
    <Group gap="sm" wrap="nowrap" style={{ minWidth: 0, flex: 1 }}>
      <Text span c="dimmed" lh={0} aria-hidden>
        {kindIcon(found.kind)}
      </Text>
      <div style={{ minWidth: 0, flex: 1 }}>
        <Text fw={550} truncate="end">
          {found.highlights.name ? (
            <Marked html={found.highlights.name} />
          ) : (
            <MarkedStart text={found.title} typed={typed} />
          )}
        </Text>
        {context ? (
          <Text size="xs" c="dimmed" truncate="end" component="div">
            {context}
          </Text>
        ) : null}
      </div>
    </Group>
  );
}

/** The match outside the name, if there is one; else the few facts that place a record. */
function useContext(found: Found): ReactNode {
  const label = useEnumLabel();
  const format = useFormat();
  const elsewhere = Object.entries(found.highlights).filter(([field]) => field !== 'name');
  if (elsewhere.length > 0) {
    return elsewhere.map(([field, html], place) => (
      <span key={field}>
        {place > 0 ? ' · ' : null}
        <Marked html={html} />
      </span>
    ));
  }
  const of = (name: string) => (typeof found.record[name] === 'string' ? String(found.record[name]) : '');
  const labelled = (name: EnumName, field: string) => (of(field) ? label(name, of(field)) : '');
  const facts: Record<string, string[]> = {
    organisation: [
      of('city'),
      labelled('category', 'category'),
      labelled('pipeline_stage', 'pipeline_stage'),
    ],
    person: [of('title') || of('role'), of('email')],
    interaction: [labelled('interaction_type', 'type'), format.date(of('occurred_at'))],
    task: [labelled('task_status', 'status'), format.date(of('due_date'))],
  };
  return (facts[found.kind] ?? []).filter(Boolean).join(' · ');
}
