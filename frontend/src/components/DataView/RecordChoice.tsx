import { Loader, MultiSelect } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Resource } from '@/lib/api/records';
import { KINDS, titleOf } from '@/lib/kinds';
import { nameQuery } from '@/lib/names';
import { useRecordList } from '@/lib/queries';
import { ME } from './conditions';

/** Chooses any number of records by typing parts of their names; of users, also "me". */
export function RecordChoice(props: {
  resource: Resource;
  label: string;
  values: string[];
  onChange: (ids: string[]) => void;
}) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [asked] = useDebouncedValue(typed.trim(), 150);
  const kind = KINDS[props.resource];
  const { data, isFetching } = useRecordList(props.resource, {
    limit: 20,
    ...(asked.length >= 2 ? { q: asked } : { sort: kind.usualSort }),
  });
  const ids = props.values.filter((value) => value !== ME);
  const names = useQueries({ queries: ids.map((id) => nameQuery(props.resource, id)) });
  const options = (data?.items ?? []).map((item) => ({ value: item.id, label: titleOf(kind, item) }));
  for (const [index, id] of ids.entries()) {
    if (!options.some((option) => option.value === id)) {
      options.unshift({ value: id, label: names[index]?.data ?? t('loading') });
    }
  }
  if (props.resource === 'users') options.unshift({ value: ME, label: t('me') });
  return (
    <MultiSelect
      autoFocus
      aria-label={props.label}
      placeholder={props.values.length ? undefined : t('actions.search')}
      data={options}
      value={props.values}
      onChange={props.onChange}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options: given }) => given}
      nothingFoundMessage={isFetching ? t('loading') : t('none')}
      rightSection={isFetching ? <Loader size={14} /> : undefined}
      comboboxProps={{ withinPortal: false }}
      hidePickedOptions
    />
  );
}
