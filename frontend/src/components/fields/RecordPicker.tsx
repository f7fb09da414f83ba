import { Loader, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Resource } from '@/lib/api/records';
import { KINDS, titleOf } from '@/lib/kinds';
import { useName } from '@/lib/names';
import { useRecordList } from '@/lib/queries';

interface Props {
  resource: Resource;
  value: string | null;
  onChange: (id: string | null) => void;
  label?: string;
  'aria-label'?: string;
  error?: string | null;
  required?: boolean;
  disabled?: boolean;
  autoFocus?: boolean;
  onBlur?: () => void;
}

/** Chooses a record by typing a part of its name; the server searches, misspelt names included. */
export function RecordPicker({ resource, value, onChange, ...rest }: Props) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const [typed, setTyped] = useState('');
  const [asked] = useDebouncedValue(typed, 150);
  const kind = KINDS[resource];
  const { data: name } = useName(resource, value);
  const searching = asked.trim().length >= 2 && asked !== name;
  const { data, isFetching } = useRecordList(
    resource,
    { limit: 20, ...(searching ? { q: asked.trim() } : { sort: kind.usualSort }) },
    opened,
  );
  const options = (data?.items ?? []).map((item) => ({ value: item.id, label: titleOf(kind, item) }));
  if (value && !options.some((option) => option.value === value)) {
    options.unshift({ value, label: name ?? t('loading') });
  }
  return (
    <Select
      {...rest}
      data={options}
      value={value}
      onChange={onChange}
      searchable
      clearable={!rest.required}
      onSearchChange={setTyped}
      onDropdownOpen={() => setOpened(true)}
      filter={({ options: given }) => given}
      nothingFoundMessage={isFetching ? t('loading') : t('none')}
      rightSection={isFetching ? <Loader size={14} /> : undefined}
      comboboxProps={{ withinPortal: true }}
      clearButtonProps={{ 'aria-label': t('actions.clear') }}
    />
  );
}
