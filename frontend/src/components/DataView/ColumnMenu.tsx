import {
  ActionIcon,
  Button,
  Checkbox,
  Divider,
  Group,
  Popover,
  ScrollArea,
  Stack,
  Text,
} from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconColumns3 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Column } from './columns';

/** Which columns are shown, and in which order. */
export function ColumnMenu(props: {
  all: readonly Column[];
  shown: readonly Column[];
  changed: boolean;
  onChange: (names: string[] | null) => void;
}) {
  const { t } = useTranslation('data');
  const names = props.shown.map((column) => column.name);
  const hidden = props.all.filter((column) => !names.includes(column.name));
  const move = (name: string, by: number) => {
    const from = names.indexOf(name);
    const next = names.filter((one) => one !== name);
    next.splice(from + by, 0, name);
    props.onChange(next);
  };
  return (
    <Popover position="bottom-end" width={320} trapFocus withinPortal shadow="md">
      <Popover.Target>
        <Button
          variant={props.changed ? 'light' : 'default'}
          leftSection={<IconColumns3 size={16} />}
          aria-haspopup="dialog"
        >
          {t('columns.title')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('columns.title')}>
        <ScrollArea.Autosize mah={420} type="auto" offsetScrollbars>
          <Stack gap={4}>
            {props.shown.map((column, index) => (
              <Group key={column.name} gap={4} wrap="nowrap" justify="space-between">
                <Checkbox
                  checked
                  disabled={column.title}
                  label={column.header}
                  onChange={() => props.onChange(names.filter((one) => one !== column.name))}
                />
                <Group gap={0} wrap="nowrap">
                  <ActionIcon
                    size="sm"
                    color="gray"
                    disabled={index === 0}
                    aria-label={t('columns.earlier', { field: column.header })}
                    onClick={() => move(column.name, -1)}
                  >
                    <IconArrowUp size={14} />
                  </ActionIcon>
                  <ActionIcon
                    size="sm"
                    color="gray"
                    disabled={index === props.shown.length - 1}
                    aria-label={t('columns.later', { field: column.header })}
                    onClick={() => move(column.name, 1)}
                  >
                    <IconArrowDown size={14} />
                  </ActionIcon>
                </Group>
              </Group>
            ))}
            {hidden.length ? <Divider my={4} label={<Text size="xs">{t('columns.hidden')}</Text>} /> : null}
            {hidden.map((column) => (
              <Checkbox
                key={column.name}
                checked={false}
                label={column.header}
                onChange={() => props.onChange([...names, column.name])}
              />
            ))}
          </Stack>
        </ScrollArea.Autosize>
        {props.changed ? (
          <Button variant="subtle" size="compact-sm" mt="xs" onClick={() => props.onChange(null)}>
            {t('columns.reset')}
          </Button>
        ) : null}
      </Popover.Dropdown>
    </Popover>
  );
}
