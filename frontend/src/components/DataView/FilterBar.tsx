import {
  Button,
  CloseButton,
  Group,
  Popover,
  ScrollArea,
  Stack,
  Text,
  TextInput,
  UnstyledButton,
} from '@mantine/core';
import { IconArrowLeft, IconFilterPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFieldLabel } from '@/components/fields/labels';
import { type Field, fieldOf, type KindOf } from '@/lib/kinds';
import type { ListSearch } from '@/lib/listSearch';
import { ConditionText } from './ConditionText';
import { type Condition, conditionsOf, withCondition, withoutConditions } from './conditions';
import classes from './DataView.module.css';
import { FilterEditor, folded } from './FilterEditor';

interface Props {
  kind: KindOf;
  search: ListSearch;
  onSearch: (next: ListSearch) => void;
}

/** The filters in force as chips that can be changed or taken away. */
export function FilterChips({ kind, search, onSearch }: Props) {
  const { t } = useTranslation('data');
  const conditions = conditionsOf(search);
  if (conditions.length === 0) return null;
  return (
    <Group gap={6} component="ul" className={classes.chips} aria-label={t('filters.in_force')}>
      {conditions.map((condition) => (
        <li key={`${condition.field}.${condition.operator}`}>
          <Chip
            kind={kind}
            condition={condition}
            onChange={(next) => onSearch(withCondition(search, condition, next))}
          />
        </li>
      ))}
      <li>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          onClick={() => onSearch(withoutConditions(search))}
        >
          {t('filters.clear')}
        </Button>
      </li>
    </Group>
  );
}

function Chip(props: { kind: KindOf; condition: Condition; onChange: (next: Condition | null) => void }) {
  const { t } = useTranslation('data');
  const label = useFieldLabel();
  const [opened, setOpened] = useState(false);
  const field = fieldOf(props.kind, props.condition.field);
  const name = label(props.kind.resource, props.condition.field);
  const text = <ConditionText resource={props.kind.resource} field={field} condition={props.condition} />;
  return (
    <span className={classes.chip}>
      {field ? (
        <Popover
          opened={opened}
          onChange={setOpened}
          position="bottom-start"
          width={300}
          trapFocus
          returnFocus
          shadow="md"
        >
          <Popover.Target>
            <UnstyledButton className={classes.chipText} onClick={() => setOpened(!opened)}>
              {text}
            </UnstyledButton>
          </Popover.Target>
          <Popover.Dropdown aria-label={name}>
            <FilterEditor
              kind={props.kind}
              field={field}
              condition={props.condition}
              onDone={(next) => {
                setOpened(false);
                props.onChange(next);
              }}
            />
          </Popover.Dropdown>
        </Popover>
      ) : (
        <span className={classes.chipText}>{text}</span>
      )}
      <CloseButton
        size={24}
        iconSize={14}
        aria-label={t('filters.remove_one', { field: name })}
        onClick={() => props.onChange(null)}
      />
    </span>
  );
}

export function AddFilter({ kind, search, onSearch }: Props) {
  const { t } = useTranslation('data');
  const [opened, setOpened] = useState(false);
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-start"
      width={300}
      trapFocus
      returnFocus
      shadow="md"
    >
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconFilterPlus size={16} />}
          onClick={() => setOpened(!opened)}
          aria-haspopup="dialog"
        >
          {t('filters.add')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('filters.add')}>
        {opened ? (
          <NewFilter
            kind={kind}
            search={search}
            onSearch={(next) => {
              setOpened(false);
              onSearch(next);
            }}
          />
        ) : null}
      </Popover.Dropdown>
    </Popover>
  );
}

function NewFilter({ kind, search, onSearch }: Props) {
  const label = useFieldLabel();
  const [field, setField] = useState<Field | null>(null);
  if (!field) return <FieldChoice kind={kind} onChoose={setField} />;
  const before = conditionsOf(search).find((one) => one.field === field.name) ?? null;
  return (
    <Stack gap="xs">
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        justify="flex-start"
        leftSection={<IconArrowLeft size={14} />}
        onClick={() => setField(null)}
      >
        {label(kind.resource, field.name)}
      </Button>
      <FilterEditor
        kind={kind}
        field={field}
        condition={before}
        onDone={(next) => onSearch(withCondition(search, before, next))}
      />
    </Stack>
  );
}

function FieldChoice({ kind, onChoose }: { kind: KindOf; onChoose: (field: Field) => void }) {
  const { t } = useTranslation('data');
  const label = useFieldLabel();
  const [typed, setTyped] = useState('');
  const fields = kind.fields.filter((field) => field.name !== 'deleted_at');
  const found = fields.filter((field) =>
    folded(label(kind.resource, field.name)).includes(folded(typed.trim())),
  );
  return (
    <Stack gap="xs">
      <TextInput
        data-autofocus
        aria-label={t('filters.find_field')}
        placeholder={t('filters.find_field')}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && found[0]) {
            event.preventDefault();
            onChoose(found[0]);
          }
        }}
      />
      <ScrollArea.Autosize mah={320} type="auto">
        <Stack gap={0}>
          {found.map((field) => (
            <UnstyledButton key={field.name} className={classes.choice} onClick={() => onChoose(field)}>
              {label(kind.resource, field.name)}
            </UnstyledButton>
          ))}
          {found.length === 0 ? (
            <Text size="sm" c="dimmed" p="xs">
              {t('filters.no_field')}
            </Text>
          ) : null}
        </Stack>
      </ScrollArea.Autosize>
    </Stack>
  );
}
