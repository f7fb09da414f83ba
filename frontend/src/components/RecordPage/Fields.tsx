import { Button, Paper, Stack, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AnyRecord, Changes } from '@/lib/api/records';
import type { KindOf } from '@/lib/kinds';
import { InlineField } from './InlineField';
import classes from './RecordPage.module.css';

interface Props {
  kind: KindOf;
  record: AnyRecord;
  editable: boolean;
  /** Fields that stand elsewhere on the page. */
  without?: readonly string[];
}

/** The fields of a record by group; of all but the first group, those without a value wait to be asked for. */
export function Fields({ kind, record, editable, without = [] }: Props) {
  const { t } = useTranslation(['records', 'fields']);
  const [all, setAll] = useState(false);
  const values = record as unknown as Changes;
  const asked = kind.fields.filter((field) => field.group !== null && !without.includes(field.name));
  const empty = asked.filter((field) => field.group !== kind.groups[0] && isEmpty(values[field.name]));
  const groups = kind.groups
    .map((group) => ({
      group,
      fields: asked.filter((field) => field.group === group && (all || !empty.includes(field))),
    }))
    .filter(({ fields }) => fields.length > 0);
  return (
    <Stack gap="sm">
      {groups.map(({ group, fields }) => (
        <Paper
          key={group}
          withBorder
          p="sm"
          component="section"
          aria-label={t(`fields:groups.${group}` as never)}
        >
          <Title order={2} size="h6" mb={6}>
            {t(`fields:groups.${group}` as never)}
          </Title>
          <dl className={classes.fields}>
            {fields.map((field) => (
              <InlineField
                key={field.name}
                kind={kind}
                record={record}
                field={field}
                editable={editable}
                stacked={field.type === 'longtext'}
              />
            ))}
          </dl>
        </Paper>
      ))}
      {empty.length > 0 ? (
        <Button variant="subtle" size="xs" onClick={() => setAll(!all)} className={classes.start}>
          {all ? t('records:fewer_fields') : t('records:empty_fields', { count: empty.length })}
        </Button>
      ) : null}
    </Stack>
  );
}

function isEmpty(value: unknown): boolean {
  return (
    value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  );
}
