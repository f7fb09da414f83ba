import { ActionIcon, Button, Group, Popover, Select, Stack, Text } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Column } from './columns';
import type { SortKey } from './sorting';

/** The order of the list, key by key. */
export function SortMenu(props: {
  columns: readonly Column[];
  keys: readonly SortKey[];
  onChange: (keys: SortKey[]) => void;
}) {
  const { t } = useTranslation('data');
  const sortable = props.columns.filter((column) => column.field);
  const header = (name: string) => sortable.find((column) => column.name === name)?.header ?? name;
  const free = sortable.filter((column) => !props.keys.some((key) => key.field === column.name));
  const replace = (field: string, next: SortKey | null) =>
    props.onChange(props.keys.flatMap((key) => (key.field === field ? (next ?? []) : key)));
  return (
    <Popover position="bottom-end" width={320} trapFocus withinPortal shadow="md">
      <Popover.Target>
        <Button
          variant={props.keys.length ? 'light' : 'default'}
          leftSection={<IconArrowsSort size={16} />}
          aria-haspopup="dialog"
        >
          {props.keys.length ? t('sort.count', { count: props.keys.length }) : t('sort.title')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('sort.title')}>
        <Stack gap="xs">
          {props.keys.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('sort.usual')}
            </Text>
          ) : null}
          {props.keys.map((key) => (
            <Group key={key.field} gap={4} wrap="nowrap">
              <Text size="sm" style={{ flex: 1, minWidth: 0 }} truncate>
                {header(key.field)}
              </Text>
              <Button
                size="compact-sm"
                variant="default"
                leftSection={key.descending ? <IconArrowDown size={14} /> : <IconArrowUp size={14} />}
                onClick={() => replace(key.field, { ...key, descending: !key.descending })}
              >
                {key.descending ? t('sort.descending') : t('sort.ascending')}
              </Button>
              <ActionIcon
                size="md"
                color="gray"
                aria-label={t('sort.remove', { field: header(key.field) })}
                onClick={() => replace(key.field, null)}
              >
                <IconX size={16} />
              </ActionIcon>
            </Group>
          ))}
          {props.keys.length < 5 ? (
            <Select
              aria-label={t('sort.add')}
              placeholder={t('sort.add')}
              data={free.map((column) => ({ value: column.name, label: column.header }))}
              value={null}
              searchable
              comboboxProps={{ withinPortal: false }}
              onChange={(name) => name && props.onChange([...props.keys, { field: name, descending: false }])}
            />
          ) : null}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
