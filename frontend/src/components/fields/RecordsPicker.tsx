import { MultiSelect } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Resource } from '@/lib/api/records';
import { KINDS, titleOf } from '@/lib/kinds';
import { useNames } from '@/lib/names';
import { useRecordList } from '@/lib/queries';

interface Props {
  resource: Resource;
  value: string[];
  onChange: (ids: string[]) => void;
  label?: string;
  'aria-label'?: string;
  error?: string | null;
  required?: boolean;
  autoFocus?: boolean;
  onBlur?: () => void;
}

/** Chooses several records by typing parts of their names; the server searches. */
export function RecordsPicker({ resource, value, onChange, ...rest }: Props) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const [typed, setTyped] = useState('');
  const [asked] = useDebouncedValue(typed, 150);
  const kind = KINDS[resource];
  const names = useNames(resource, value);
  const searching = asked.trim().length >= 2;
  const { data, isFetching } = useRecordList(
    resource,
    { limit: 20, ...(searching ? { q: asked.trim() } : { sort: kind.usualSort }) },
    opened,
  );
  const found = (data?.items ?? []).map((item) => ({ value: item.id, label: titleOf(kind, item) }));
  const chosen = value
    .filter((id) => !found.some((option) => option.value === id))
    .map((id) => ({ value: id, label: names.get(id) ?? t('loading') }));
  return (
    <MultiSelect
      {...rest}
      data={[...chosen, ...found]}
      value={value}
      onChange={onChange}
      searchable
      clearable={!rest.required}
      searchValue={typed}
      onSearchChange={setTyped}
      onDropdownOpen={() => setOpened(true)}
      filter={({ options }) => options}
      nothingFoundMessage={isFetching ? t('loading') : t('none')}
      comboboxProps={{ withinPortal: true }}
      clearButtonProps={{ 'aria-label': t('actions.clear') }}
    />
  );
}
