import { MultiSelect, NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import { DateInput, DateTimePicker } from '@mantine/dates';
import '@mantine/dates/styles.layer.css';
import { useTranslation } from 'react-i18next';
import type { Resource } from '@/lib/api/records';
import { ENUMS, type Field } from '@/lib/kinds';
import { COUNTRIES, SPOKEN } from './codes';
import { useEnumLabel, useFieldLabel, useRegionName } from './labels';
import { RecordPicker } from './RecordPicker';
import { RecordsPicker } from './RecordsPicker';

interface Props {
  resource: Resource;
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
  error?: string | null;
  /** In a table cell the column names the input. */
  hideLabel?: boolean;
  autoFocus?: boolean;
  onBlur?: () => void;
}

/** The input of a field. Values are the API's own: decimal strings, ISO dates, ids; null when empty. */
export function FieldInput({ resource, field, value, onChange, error, hideLabel, autoFocus, onBlur }: Props) {
  const { t, i18n } = useTranslation();
  const fieldLabel = useFieldLabel();
  const enumLabel = useEnumLabel();
  const region = useRegionName();
  const name = fieldLabel(resource, field.name);
  const shared = {
    ...(hideLabel ? { 'aria-label': name } : { label: name }),
    error: error ?? undefined,
    required: field.required,
    withAsterisk: field.required,
    autoFocus,
    onBlur,
    name: field.name,
  };
  const text = value === null || value === undefined ? '' : String(value);
  const isShare = field.type === 'percent' || field.type === 'rate';
  const isDecimal = field.type === 'money' || field.type === 'rate';
  const orNull = (given: string) => onChange(given === '' ? null : given);
  const clearable = {
    clearable: !field.required && !field.filled,
    clearButtonProps: { 'aria-label': t('actions.clear') },
  };

  switch (field.type) {
    case 'enum':
    case 'enums': {
      const data = (field.values ? [...ENUMS[field.values]] : []).map((one) => ({
        value: one as string,
        label: field.values ? enumLabel(field.values, one) : one,
      }));
      if (field.type === 'enums') {
        return (
          <MultiSelect
            {...shared}
            {...clearable}
            data={data}
            value={(value as string[]) ?? []}
            onChange={onChange}
            searchable
          />
        );
      }
      if (text && !data.some((option) => option.value === text)) data.push({ value: text, label: text });
      return (
        <Select {...shared} {...clearable} data={data} value={text || null} onChange={onChange} searchable />
      );
    }
    case 'boolean':
      return (
        <Select
          {...shared}
          {...clearable}
          data={[
            { value: 'true', label: t('yes') },
            { value: 'false', label: t('no') },
          ]}
          value={text || null}
          onChange={(given) => onChange(given === null ? null : given === 'true')}
        />
      );
    case 'tags':
    case 'texts':
      return (
        <TagsInput
          {...shared}
          {...clearable}
          value={(value as string[]) ?? []}
          onChange={onChange}
          splitChars={[',', ';']}
        />
      );
    case 'records':
      return field.of ? (
        <RecordsPicker
          {...shared}
          resource={field.of}
          value={(value as string[]) ?? []}
          onChange={onChange}
        />
      ) : null;
    case 'money':
    case 'rate':
    case 'percent':
    case 'integer':
      return (
        <NumberInput
          {...shared}
          value={text}
          onChange={(given) => onChange(given === '' ? null : isDecimal ? String(given) : Number(given))}
          min={0}
          max={isShare ? 100 : undefined}
          decimalScale={isDecimal ? 2 : 0}
          decimalSeparator={i18n.language === 'en' ? '.' : ','}
          thousandSeparator={i18n.language === 'en' ? ',' : ' '}
          suffix={field.type === 'money' ? ' €' : isShare ? ' %' : undefined}
          hideControls
        />
      );
    case 'date':
      return (
        <DateInput
          {...shared}
          {...clearable}
          value={text || null}
          onChange={(given) => onChange(given || null)}
          valueFormat="DD/MM/YYYY"
          dateParser={(typed) => dayOf(typed)}
          locale={i18n.language}
        />
      );
    case 'datetime':
      return (
        <DateTimePicker
          {...shared}
          {...clearable}
          value={text ? localTime(text) : null}
          onChange={(given) => onChange(given ? new Date(given.replace(' ', 'T')).toISOString() : null)}
          valueFormat="DD/MM/YYYY HH:mm"
          locale={i18n.language}
        />
      );
    case 'country':
    case 'language': {
      const codes = field.type === 'country' ? COUNTRIES : SPOKEN;
      const kind = field.type === 'country' ? 'region' : 'language';
      const data = codes
        .map((code) => ({ value: code as string, label: region(kind, code) }))
        .sort((a, b) => a.label.localeCompare(b.label, i18n.language));
      return (
        <Select {...shared} {...clearable} data={data} value={text || null} onChange={onChange} searchable />
      );
    }
    case 'record':
      return field.of ? (
        <RecordPicker {...shared} resource={field.of} value={text || null} onChange={onChange} />
      ) : null;
    case 'longtext':
      return (
        <Textarea
          {...shared}
          value={text}
          onChange={(event) => orNull(event.currentTarget.value)}
          autosize
          minRows={3}
          maxRows={14}
        />
      );
    default:
      return (
        <TextInput
          {...shared}
          type={
            field.type === 'email'
              ? 'email'
              : field.type === 'phone'
                ? 'tel'
                : field.type === 'url'
                  ? 'url'
                  : 'text'
          }
          value={text}
          onChange={(event) => orNull(event.currentTarget.value)}
        />
      );
  }
}

/** `31/12/2026`, `31.12.26` or `2026-12-31` as an ISO day. */
export function dayOf(typed: string): string | null {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(typed.trim());
  const european = /^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{2}|\d{4})$/.exec(typed.trim());
  const [year, month, day] = iso
    ? [iso[1], iso[2], iso[3]]
    : european
      ? [european[3]?.padStart(4, '20'), european[2], european[1]]
      : [];
  if (!year || !month || !day) return null;
  const written = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const parsed = new Date(`${written}T00:00:00Z`);
  return Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== written ? null : written;
}

/** An instant as the local wall clock writes it: `YYYY-MM-DD HH:mm:ss`. */
function localTime(instant: string): string {
  const date = new Date(instant);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}
