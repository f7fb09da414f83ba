import { Link } from '@tanstack/react-router';
import { type CSSProperties, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { enumColour } from '@/components/fields/EnumBadge';
import { useEnumLabel, useRegionName } from '@/components/fields/labels';
import type { Resource } from '@/lib/api/records';
import { type Format, useFormat } from '@/lib/format';
import { type EnumName, type Field, pageOf } from '@/lib/kinds';
import { nameless, useName } from '@/lib/names';
import classes from './DataView.module.css';

/** What cells need to write values; made once for a whole list, since a page of it has several hundred cells. */
export interface CellTools {
  yes: string;
  no: string;
  unknown: string;
  format: Format;
  enumLabel: (name: EnumName, value: string) => string;
  region: (type: 'region' | 'language', code: string) => string;
}

export function useCellTools(): CellTools {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const enumLabel = useEnumLabel();
  const region = useRegionName();
  // biome-ignore lint/correctness/useExhaustiveDependencies: they all change with the language, and only then
  return useMemo(
    () => ({ yes: t('yes'), no: t('no'), unknown: t('unknown'), format, enumLabel, region }),
    [i18n.language],
  );
}

/**
 * A value in a list: what `FieldValue` shows, in one line, from plain elements. Its links are reached through the
 * cell, so they are no tab stops of their own.
 */
export function CellValue({ field, value, tools }: { field: Field; value: unknown; tools: CellTools }) {
  if (isBlank(value)) {
    return (
      <span className={classes.blank} role="img" aria-label={tools.unknown}>
        –
      </span>
    );
  }
  const text = String(value);
  switch (field.type) {
    case 'enum':
      return field.values ? (
        <span className={classes.badge} style={colourOf(enumColour(field.values, text))}>
          {tools.enumLabel(field.values, text)}
        </span>
      ) : (
        text
      );
    case 'enums':
      return (
        <Badges
          values={(value as string[]).map((one) => (field.values ? tools.enumLabel(field.values, one) : one))}
        />
      );
    case 'tags':
    case 'texts':
      return <Badges values={value as string[]} />;
    case 'money':
      return tools.format.money(text);
    case 'percent':
    case 'rate':
      return tools.format.percent(Number(value));
    case 'integer':
      return tools.format.number(Number(value));
    case 'date':
      return tools.format.date(text);
    case 'datetime':
      return (
        <time dateTime={text} title={tools.format.dateTime(text)}>
          {field.computed ? tools.format.relative(text) : tools.format.dateTime(text)}
        </time>
      );
    case 'boolean':
      return value ? tools.yes : tools.no;
    case 'country':
      return tools.region('region', text.toUpperCase());
    case 'language':
      return tools.region('language', text);
    case 'record':
      return field.of ? <CellRecord resource={field.of} id={text} unknown={tools.unknown} /> : text;
    case 'records':
      return field.of ? (
        <span className={classes.names}>
          {(value as string[]).map((id) => (
            <CellRecord key={id} resource={field.of as Resource} id={id} unknown={tools.unknown} />
          ))}
        </span>
      ) : null;
    case 'email':
      return <CellLink href={`mailto:${text}`} text={text} />;
    case 'phone':
      return <CellLink href={`tel:${text}`} text={text} />;
    case 'url':
      return /^https?:\/\//i.test(text) ? (
        <CellLink href={text} text={text.replace(/^https?:\/\//i, '')} outside />
      ) : (
        text
      );
    default:
      return text;
  }
}

export function isBlank(value: unknown): boolean {
  return (
    value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

function colourOf(colour: string): CSSProperties {
  return {
    background: `var(--mantine-color-${colour}-light)`,
    color: `var(--mantine-color-${colour}-light-color)`,
  };
}

function Badges({ values }: { values: string[] }) {
  return values.map((value) => (
    <span key={value} className={classes.badge} style={colourOf('gray')}>
      {value}
    </span>
  ));
}

function CellLink({ href, text, outside = false }: { href: string; text: string; outside?: boolean }) {
  return (
    <a
      className={classes.link}
      href={href}
      tabIndex={-1}
      {...(outside ? { target: '_blank', rel: 'noopener noreferrer' } : {})}
    >
      {text}
    </a>
  );
}

function CellRecord({ resource, id, unknown }: { resource: Resource; id: string; unknown: string }) {
  const { data, isPending } = useName(resource, id);
  const page = pageOf(resource, id);
  if (isPending) return <span className={classes.pending} />;
  if (!data) return <span className={classes.blank}>{nameless(resource, id) ?? unknown}</span>;
  return page ? (
    <Link className={classes.link} to={page} tabIndex={-1} preload={false}>
      {data}
    </Link>
  ) : (
    data
  );
}
