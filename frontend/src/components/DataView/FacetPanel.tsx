import { Button, Skeleton, Stack, Text, UnstyledButton } from '@mantine/core';
import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFieldLabel } from '@/components/fields/labels';
import { type ListParameters, records } from '@/lib/api/records';
import { useFormat } from '@/lib/format';
import { type Field, fieldOf, type KindOf } from '@/lib/kinds';
import type { ListSearch } from '@/lib/listSearch';
import { keys } from '@/lib/queries';
import { ValueText } from './ConditionText';
import { conditionsOf, withToggledValue } from './conditions';
import classes from './DataView.module.css';

type Counts = Record<string, Record<string, number>>;

/**
 * The values of each facet field with how many records have them. A field that is filtered is counted as if it were
 * not, so that its other values can be added.
 */
function useFacets(kind: KindOf, question: ListParameters, chosen: readonly string[]): Counts | null {
  const fields = kind.fields.filter((field) => field.facet).map((field) => field.name);
  const filtered = fields.filter((name) => chosen.includes(name));
  const free = fields.filter((name) => !filtered.includes(name));
  const { sort: _order, ...narrowed } = question;
  const asked = [
    ...(free.length ? [{ ...narrowed, limit: 1, facets: free }] : []),
    ...filtered.map((name) => ({ ...narrowed, [name]: undefined, limit: 1, facets: name })),
  ];
  const answers = useQueries({
    queries: asked.map((query) => ({
      queryKey: keys.list(kind.resource, query),
      queryFn: ({ signal }: { signal: AbortSignal }) => records.list(kind.resource, query, signal),
      placeholderData: keepPreviousData,
    })),
  });
  if (answers.some((answer) => !answer.data)) return null;
  return Object.assign({}, ...answers.map((answer) => answer.data?.facets ?? {}));
}

/** Counts by value beside the list; a click filters by it. */
export function FacetPanel(props: {
  kind: KindOf;
  search: ListSearch;
  question: ListParameters;
  onSearch: (next: ListSearch) => void;
}) {
  const { t } = useTranslation('data');
  const conditions = conditionsOf(props.search).filter((condition) => condition.operator === 'is');
  const counts = useFacets(
    props.kind,
    props.question,
    conditions.map((condition) => condition.field),
  );
  if (!counts) {
    return (
      <Stack gap="xs" aria-hidden>
        {[80, 60, 90, 50, 70, 65].map((width) => (
          <Skeleton key={width} height={14} width={`${width}%`} />
        ))}
      </Stack>
    );
  }
  const shown = props.kind.fields.filter((field) => Object.keys(counts[field.name] ?? {}).length > 0);
  if (shown.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('facets.none')}
      </Text>
    );
  }
  return (
    <Stack gap="md">
      {shown.map((field) => (
        <Facet
          key={field.name}
          kind={props.kind}
          field={field}
          counts={counts[field.name] ?? {}}
          chosen={conditions.find((condition) => condition.field === field.name)?.values ?? []}
          onToggle={(value) => props.onSearch(withToggledValue(props.search, field.name, value))}
        />
      ))}
    </Stack>
  );
}

const FEW = 6;

function Facet(props: {
  kind: KindOf;
  field: Field;
  counts: Record<string, number>;
  chosen: readonly string[];
  onToggle: (value: string) => void;
}) {
  const { t } = useTranslation('data');
  const label = useFieldLabel();
  const format = useFormat();
  const [all, setAll] = useState(false);
  const { field, counts, chosen } = props;
  const values = [...new Set([...Object.keys(counts), ...chosen])].sort(
    (one, other) => (counts[other] ?? 0) - (counts[one] ?? 0),
  );
  const shown = all ? values : values.filter((value, place) => place < FEW || chosen.includes(value));
  const name = label(props.kind.resource, field.name);
  return (
    <section aria-label={name}>
      <Text size="xs" fw={600} c="dimmed" mb={4}>
        {name}
      </Text>
      <ul className={classes.facet}>
        {shown.map((value) => (
          <li key={value}>
            <UnstyledButton
              className={classes.facetValue}
              aria-pressed={chosen.includes(value)}
              onClick={() => props.onToggle(value)}
            >
              <span className={classes.facetText}>
                <ValueText field={fieldOf(props.kind, field.name)} value={value} />
              </span>
              <span className={classes.facetCount}>{format.number(counts[value] ?? 0)}</span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
      {values.length > shown.length || all ? (
        <Button size="compact-xs" variant="subtle" onClick={() => setAll(!all)}>
          {all ? t('facets.fewer') : t('facets.all', { count: values.length })}
        </Button>
      ) : null}
    </section>
  );
}
