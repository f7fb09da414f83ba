import { Anchor, Badge, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/lib/format';
import type { Field } from '@/lib/kinds';
import { EnumBadge } from './EnumBadge';
import { useEnumLabel, useRegionName } from './labels';
import { RecordName } from './RecordName';

/** One value of a record, as its field says it is shown. `plain` leaves out links, for cells that are buttons themselves. */
export function FieldValue({
  field,
  value,
  plain = false,
}: {
  field: Field;
  value: unknown;
  plain?: boolean;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const label = useEnumLabel();
  const region = useRegionName();
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) {
    return (
      <Text span inherit c="dimmed" aria-label={t('unknown')}>
        —
      </Text>
    );
  }
  const text = String(value);
  switch (field.type) {
    case 'enum':
      return field.values ? <EnumBadge name={field.values} value={text} /> : <span>{text}</span>;
    case 'enums':
      return (
        <Badges values={(value as string[]).map((one) => (field.values ? label(field.values, one) : one))} />
      );
    case 'tags':
    case 'texts':
      return <Badges values={value as string[]} />;
    case 'money':
      return (
        <span style={{ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }}>{format.money(text)}</span>
      );
    case 'percent':
      return <span>{format.percent(Number(value))}</span>;
    case 'rate':
      return <span>{format.percent(Number(value))}</span>;
    case 'integer':
      return <span>{format.number(Number(value))}</span>;
    case 'date':
      return <span style={{ whiteSpace: 'nowrap' }}>{format.date(text)}</span>;
    case 'datetime':
      return (
        <time dateTime={text} title={format.dateTime(text)} style={{ whiteSpace: 'nowrap' }}>
          {plain || !field.computed ? format.dateTime(text) : format.relative(text)}
        </time>
      );
    case 'boolean':
      return <span>{value ? t('yes') : t('no')}</span>;
    case 'country':
      return <span>{region('region', text.toUpperCase())}</span>;
    case 'language':
      return <span>{region('language', text)}</span>;
    case 'record':
      return field.of ? <RecordName resource={field.of} id={text} plain={plain} /> : <span>{text}</span>;
    case 'records':
      return <RecordNames resource={field.of} ids={value as string[]} plain={plain} />;
    case 'email':
      return plain ? (
        <span>{text}</span>
      ) : (
        <Anchor href={`mailto:${text}`} inherit>
          {text}
        </Anchor>
      );
    case 'phone':
      return plain ? (
        <span>{text}</span>
      ) : (
        <Anchor href={`tel:${text}`} inherit>
          {text}
        </Anchor>
      );
    case 'url':
      return plain || !/^https?:\/\//i.test(text) ? (
        <span>{text}</span>
      ) : (
        <Anchor href={text} target="_blank" rel="noopener noreferrer" inherit>
          {text.replace(/^https?:\/\//i, '')}
        </Anchor>
      );
    case 'longtext':
      return <span style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{text}</span>;
    default:
      return <span style={{ overflowWrap: 'anywhere' }}>{text}</span>;
  }
}

function RecordNames({ resource, ids, plain }: { resource: Field['of']; ids: string[]; plain: boolean }) {
  if (!resource) return null;
  return (
    <Group gap={6} component="span">
      {ids.map((id) => (
        <Badge key={id} variant="light" color="gray" tt="none" fw={500}>
          <RecordName resource={resource} id={id} plain={plain} />
        </Badge>
      ))}
    </Group>
  );
}

function Badges({ values }: { values: string[] }) {
  return (
    <Group gap={4} component="span">
      {values.map((value) => (
        <Badge key={value} variant="light" color="gray" tt="none" fw={500}>
          {value}
        </Badge>
      ))}
    </Group>
  );
}
