import { IconArrowRight } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { FieldValue } from '@/components/fields/FieldValue';
import { useFieldLabel } from '@/components/fields/labels';
import { type Field, fieldOf, type KindOf } from '@/lib/kinds';
import classes from './RecordPage.module.css';

export type FieldChanges = Record<string, unknown[]>;

/** The changed fields that people know: those a form has. */
export function knownChanges(
  kind: KindOf,
  changes: FieldChanges,
): { field: Field; from: unknown; to: unknown }[] {
  return Object.entries(changes).flatMap(([name, [from, to]]) => {
    const field = fieldOf(kind, name);
    return field?.group && !field.computed ? [{ field, from, to }] : [];
  });
}

/** Changes in words: "Étape : Prospect → Qualification". */
export function Diff(props: {
  kind: KindOf;
  changes: FieldChanges;
  /** What stands beside each change. */
  action?: (field: Field) => ReactNode;
}) {
  const { kind, changes, action } = props;
  const { t } = useTranslation('records');
  const label = useFieldLabel();
  return (
    <ul className={classes.diff}>
      {knownChanges(kind, changes).map(({ field, from, to }) => (
        <li key={field.name}>
          {label(kind.resource, field.name)}
          {t('colon')}{' '}
          <span className={classes.old}>
            <FieldValue field={field} value={from} plain />
          </span>{' '}
          <IconArrowRight size={13} aria-label={t('becomes')} style={{ verticalAlign: '-2px' }} />{' '}
          <FieldValue field={field} value={to} plain />
          {action?.(field)}
        </li>
      ))}
    </ul>
  );
}
