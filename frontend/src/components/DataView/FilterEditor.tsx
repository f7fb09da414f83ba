import {
  Button,
  Checkbox,
  Group,
  NumberInput,
  ScrollArea,
  Select,
  Stack,
  TagsInput,
  TextInput,
} from '@mantine/core';
import { DateInput } from '@mantine/dates';
import '@mantine/dates/styles.layer.css';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { COUNTRIES, SPOKEN } from '@/components/fields/codes';
import { dayOf } from '@/components/fields/FieldInput';
import { useFieldLabel } from '@/components/fields/labels';
import { useLanguage } from '@/lib/i18n';
import { ENUMS, type Field, type KindOf } from '@/lib/kinds';
import { useRecordList } from '@/lib/queries';
import { useValueText } from './ConditionText';
import { type Condition, type Operator, operatorsOf } from './conditions';
import { isRelativeDay, PERIODS, type Period, periodOf } from './days';
import { RecordChoice } from './RecordChoice';

/** Builds or changes one condition; `onDone` gets null when it was emptied. */
export function FilterEditor(props: {
  kind: KindOf;
  field: Field;
  condition: Condition | null;
  onDone: (next: Condition | null) => void;
}) {
  const { t } = useTranslation('data');
  const label = useFieldLabel();
  const operators = operatorsOf(props.field);
  const [draft, setDraft] = useState<Condition>(
    props.condition ?? { field: props.field.name, operator: operators[0] ?? 'is', values: [] },
  );
  const setValues = (values: string[]) => setDraft({ ...draft, values });
  const setOperator = (operator: Operator) =>
    setDraft({ ...draft, operator, values: sameShape(draft.operator, operator) ? draft.values : [] });
  const asksValues = draft.operator !== 'empty' && draft.operator !== 'filled';
  const isEmpty = asksValues && !draft.values.some(Boolean);

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        props.onDone(isEmpty ? null : draft);
      }}
    >
      <Stack gap="sm">
        <Select
          aria-label={t('filters.operator', { field: label(props.kind.resource, props.field.name) })}
          data={operators.map((operator) => ({
            value: operator as string,
            label: t(`filters.operators.${operator}`),
          }))}
          value={draft.operator}
          onChange={(operator) => operator && setOperator(operator as Operator)}
          allowDeselect={false}
          comboboxProps={{ withinPortal: false }}
        />
        {asksValues ? (
          <ValueInput
            key={draft.operator}
            kind={props.kind}
            field={props.field}
            operator={draft.operator}
            values={draft.values}
            onChange={setValues}
          />
        ) : null}
        <Group justify="flex-end" gap="xs">
          <Button type="submit" size="sm" disabled={isEmpty && !props.condition}>
            {isEmpty ? t('filters.remove') : t('filters.apply')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function sameShape(one: Operator, other: Operator): boolean {
  const listed: Operator[] = ['is', 'not'];
  return listed.includes(one) && listed.includes(other);
}

interface ValueProps {
  kind: KindOf;
  field: Field;
  operator: Operator;
  values: string[];
  onChange: (values: string[]) => void;
}

function ValueInput(props: ValueProps) {
  const { t } = useTranslation('data');
  switch (props.field.type) {
    case 'enum':
    case 'enums':
      return <Choices {...props} options={props.field.values ? [...ENUMS[props.field.values]] : []} />;
    case 'boolean':
      return <Choices {...props} options={['true', 'false']} />;
    case 'country':
      return <Choices {...props} options={[...COUNTRIES]} />;
    case 'language':
      return <Choices {...props} options={[...SPOKEN]} />;
    case 'record':
    case 'records':
      return props.field.of ? (
        <RecordChoice
          resource={props.field.of}
          label={t('filters.values')}
          values={props.values}
          onChange={props.onChange}
        />
      ) : null;
    case 'tags':
    case 'texts':
      return <KnownValues {...props} />;
    case 'date':
    case 'datetime':
      return <Days {...props} />;
    case 'money':
    case 'percent':
    case 'rate':
    case 'integer':
      return <Numbers {...props} />;
    default:
      return (
        <TextInput
          data-autofocus
          autoFocus
          aria-label={t('filters.value')}
          placeholder={t('filters.value')}
          value={props.values[0] ?? ''}
          onChange={(event) => props.onChange(event.currentTarget.value ? [event.currentTarget.value] : [])}
        />
      );
  }
}

const SEARCHED_FROM = 9;

function Choices({ field, values, onChange, options }: ValueProps & { options: string[] }) {
  const { t } = useTranslation('data');
  const text = useValueText(field);
  const [typed, setTyped] = useState('');
  const known = [...options, ...values.filter((value) => !options.includes(value))];
  const named = known.map((value) => ({ value, label: text(value) }));
  if (options.length >= SEARCHED_FROM) named.sort((a, b) => a.label.localeCompare(b.label));
  const found = named.filter((one) => folded(one.label).includes(folded(typed)));
  return (
    <Stack gap="xs">
      {options.length >= SEARCHED_FROM ? (
        <TextInput
          autoFocus
          aria-label={t('filters.find')}
          placeholder={t('filters.find')}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      ) : null}
      <ScrollArea.Autosize mah={260} type="auto" offsetScrollbars>
        <Checkbox.Group value={values} onChange={onChange} aria-label={t('filters.values')}>
          <Stack gap={6}>
            {found.map((one) => (
              <Checkbox key={one.value} value={one.value} label={one.label} />
            ))}
          </Stack>
        </Checkbox.Group>
      </ScrollArea.Autosize>
    </Stack>
  );
}

/** Without case and accents, as people type. */
export function folded(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();
}

/** Tags and the like: what the records hold is offered, anything can be typed. */
function KnownValues({ kind, field, values, onChange }: ValueProps) {
  const { t } = useTranslation('data');
  const { data } = useRecordList(kind.resource, { limit: 1, facets: field.name });
  return (
    <TagsInput
      autoFocus
      aria-label={t('filters.values')}
      placeholder={values.length ? undefined : t('filters.values')}
      data={Object.keys(data?.facets?.[field.name] ?? {})}
      value={values}
      onChange={onChange}
      splitChars={[',', ';']}
      comboboxProps={{ withinPortal: false }}
    />
  );
}

function Days({ field, values, onChange }: ValueProps) {
  const { t } = useTranslation('data');
  const language = useLanguage();
  const [from = '', to = ''] = values;
  const period = periodOf(values);
  const [custom, setCustom] = useState(values.some(Boolean) && !period);
  const day = (value: string) => (value && !isRelativeDay(value) ? value.slice(0, 10) : null);
  const shared = {
    valueFormat: 'DD/MM/YYYY',
    dateParser: (typed: string) => dayOf(typed),
    locale: language,
    clearable: true,
    popoverProps: { withinPortal: false },
  };
  return (
    <Stack gap="xs">
      <Select
        aria-label={t('filters.period')}
        placeholder={t('filters.period')}
        data={[
          ...(Object.keys(PERIODS) as Period[]).map((name) => ({
            value: name as string,
            label: t(`filters.periods.${name}`),
          })),
          { value: 'custom', label: t('filters.custom') },
        ]}
        value={custom ? 'custom' : (period ?? null)}
        onChange={(name) => {
          setCustom(name === 'custom');
          onChange(name && name !== 'custom' ? [...PERIODS[name as Period]] : []);
        }}
        maxDropdownHeight={260}
        comboboxProps={{ withinPortal: false }}
      />
      {custom ? (
        <>
          <DateInput
            {...shared}
            label={t('filters.from_label')}
            value={day(from)}
            onChange={(given) => onChange([given ?? '', to])}
            name={`${field.name}__gte`}
          />
          <DateInput
            {...shared}
            label={t('filters.to_label')}
            value={day(to)}
            onChange={(given) => onChange([from, given ?? ''])}
            name={`${field.name}__lte`}
          />
        </>
      ) : null}
    </Stack>
  );
}

function Numbers({ field, values, onChange }: ValueProps) {
  const { t } = useTranslation('data');
  const language = useLanguage();
  const [from = '', to = ''] = values;
  const shared = {
    hideControls: true,
    min: 0,
    decimalScale: field.type === 'money' ? 2 : 0,
    decimalSeparator: language === 'en' ? '.' : ',',
    thousandSeparator: language === 'en' ? ',' : ' ',
    suffix: field.type === 'money' ? ' €' : field.type === 'percent' ? ' %' : undefined,
  };
  return (
    <Group grow gap="xs" wrap="nowrap">
      <NumberInput
        {...shared}
        autoFocus
        label={t('filters.at_least')}
        value={from}
        onChange={(given) => onChange([String(given), to])}
      />
      <NumberInput
        {...shared}
        label={t('filters.at_most')}
        value={to}
        onChange={(given) => onChange([from, String(given)])}
      />
    </Group>
  );
}
