import { useTranslation } from 'react-i18next';
import { useEnumLabel, useFieldLabel, useRegionName } from '@/components/fields/labels';
import type { Resource } from '@/lib/api/records';
import { useFormat } from '@/lib/format';
import type { Field } from '@/lib/kinds';
import { useName } from '@/lib/names';
import { type Condition, ME } from './conditions';
import { isRelativeDay, periodOf } from './days';

/** "Étape : Prospect, Qualification": a condition as a chip says it. */
export function ConditionText(props: { resource: Resource; field: Field | undefined; condition: Condition }) {
  const { t } = useTranslation('data');
  const label = useFieldLabel();
  const { field, condition } = props;
  const name = label(props.resource, condition.field);
  const operator = t(`filters.operators.${condition.operator}`).toLocaleLowerCase();
  switch (condition.operator) {
    case 'empty':
    case 'filled':
      return t('filters.condition.empty', { field: name, operator });
    case 'between':
      return (
        <>
          {t('filters.condition.is', { field: name })}
          <RangeText field={field} values={condition.values} />
        </>
      );
    default:
      return (
        <>
          {condition.operator === 'is'
            ? t('filters.condition.is', { field: name })
            : t('filters.condition.other', { field: name, operator })}
          {condition.values.map((value, index) => (
            <span key={value}>
              {index ? ', ' : null}
              <ValueText field={field} value={value} />
            </span>
          ))}
        </>
      );
  }
}

function RangeText({ field, values }: { field: Field | undefined; values: string[] }) {
  const { t } = useTranslation('data');
  const text = useValueText(field);
  const period = periodOf(values);
  if (period) return <>{t(`filters.periods.${period}`).toLocaleLowerCase()}</>;
  const [from = '', to = ''] = values;
  if (from && to) return <>{t('filters.from_to', { from: text(from), to: text(to) })}</>;
  return <>{from ? t('filters.from', { value: text(from) }) : t('filters.to', { value: text(to) })}</>;
}

/** A value of a filter under its label. */
export function ValueText({ field, value }: { field: Field | undefined; value: string }) {
  const { t } = useTranslation();
  const text = useValueText(field);
  if ((field?.type === 'record' || field?.type === 'records') && field.of) {
    return value === ME ? t('me') : <RecordText resource={field.of} id={value} />;
  }
  return text(value);
}

function RecordText({ resource, id }: { resource: Resource; id: string }) {
  const { t } = useTranslation();
  const { data, isPending } = useName(resource, id);
  return <>{isPending ? '…' : (data ?? t('unknown'))}</>;
}

export function useValueText(field: Field | undefined): (value: string) => string {
  const { t } = useTranslation(['data', 'common']);
  const enumLabel = useEnumLabel();
  const region = useRegionName();
  const format = useFormat();
  return (value) => {
    switch (field?.type) {
      case 'enum':
      case 'enums':
        return field.values ? enumLabel(field.values, value) : value;
      case 'boolean':
        return value === 'true' ? t('common:yes') : t('common:no');
      case 'country':
        return region('region', value);
      case 'language':
        return region('language', value);
      case 'money':
        return format.money(value);
      case 'percent':
        return format.percent(Number(value));
      case 'integer':
        return format.number(Number(value));
      case 'date':
      case 'datetime':
        return relativeText(value) ?? format.date(value);
      default:
        return value;
    }
  };

  function relativeText(value: string): string | null {
    if (!isRelativeDay(value)) return null;
    const days = /^today([+-]\d+)d$/.exec(value)?.[1];
    if (days) {
      return new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: 'auto' }).format(
        Number(days),
        'day',
      );
    }
    return t(`data:filters.days.${value as 'today'}`);
  }
}
