import { Group, SegmentedControl, SimpleGrid, Stack, Switch, Title } from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { FieldInput } from '@/components/fields/FieldInput';
import type { Resource } from '@/lib/api/records';
import { type Field, fieldOf, type KindOf, LINKS, PEOPLE } from '@/lib/kinds';
import { useCan } from '@/lib/session';
import classes from './RecordForm.module.css';
import { type Companion, type FormState, OF_COMPANION } from './useRecordForm';

/** What can be made in the same go: a new organisation's contact, or a new person's place in an organisation. */
export function Companions({ kind, form }: { kind: KindOf; form: FormState }) {
  const can = useCan();
  if (!can('people:create')) return null;
  if (kind.resource === 'organisations') return <Contact form={form} />;
  if (kind.resource === 'people' && can('organisations:read')) return <Place form={form} />;
  return null;
}

function Contact({ form }: { form: FormState }) {
  const { t } = useTranslation('records');
  const heading = useId();
  const { companion, setCompanion } = form;
  const choose = (mode: string) =>
    setCompanion({
      mode: mode as Companion['mode'],
      values: mode === 'none' ? {} : { role: 'contact_principal', is_primary: true, ...companion.values },
    });
  const inputs: [Resource, readonly Field[]][] =
    companion.mode === 'new'
      ? [
          ['people', some(PEOPLE, 'last_name', 'first_name', 'email', 'phone')],
          ['person-organisation-links', some(LINKS, 'job_title', 'role')],
        ]
      : [['person-organisation-links', some(LINKS, 'person_id', 'job_title', 'role')]];
  return (
    <section className={classes.companion} aria-labelledby={heading}>
      <Group justify="space-between" gap="xs">
        <Title order={3} size="h6" id={heading}>
          {t('form.contact.title')}
        </Title>
        <SegmentedControl
          size="xs"
          aria-labelledby={heading}
          value={companion.mode}
          onChange={choose}
          data={[
            { value: 'none', label: t('form.contact.none') },
            { value: 'new', label: t('form.contact.new') },
            { value: 'existing', label: t('form.contact.existing') },
          ]}
        />
      </Group>
      {companion.mode === 'none' ? null : (
        <Stack gap="sm" mt="sm">
          <Inputs inputs={inputs} form={form} />
          <Switch
            label={t('form.contact.primary')}
            checked={companion.values.is_primary === true}
            onChange={(event) =>
              setCompanion({
                ...companion,
                values: { ...companion.values, is_primary: event.currentTarget.checked },
              })
            }
          />
        </Stack>
      )}
    </section>
  );
}

function Place({ form }: { form: FormState }) {
  const { t } = useTranslation('records');
  const { companion, setCompanion } = form;
  return (
    <section className={classes.companion} aria-label={t('form.place')}>
      <Switch
        label={t('form.place')}
        checked={companion.mode === 'existing'}
        onChange={(event) =>
          setCompanion(
            event.currentTarget.checked
              ? { mode: 'existing', values: { role: 'autre', ...companion.values } }
              : { mode: 'none', values: {} },
          )
        }
      />
      {companion.mode === 'existing' ? (
        <Stack gap="sm" mt="sm">
          <Inputs
            form={form}
            inputs={[['person-organisation-links', some(LINKS, 'organisation_id', 'job_title', 'role')]]}
          />
        </Stack>
      ) : null}
    </section>
  );
}

function Inputs({ inputs, form }: { inputs: [Resource, readonly Field[]][]; form: FormState }) {
  const { companion, setCompanion, errors } = form;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      {inputs.flatMap(([resource, fields]) =>
        fields.map((field) => (
          <FieldInput
            key={field.name}
            resource={resource}
            field={field}
            value={companion.values[field.name]}
            error={errors[OF_COMPANION + field.name]}
            onChange={(value) =>
              setCompanion({ ...companion, values: { ...companion.values, [field.name]: value } })
            }
          />
        )),
      )}
    </SimpleGrid>
  );
}

function some(kind: KindOf, ...names: string[]): Field[] {
  return names.flatMap((name) => fieldOf(kind, name) ?? []);
}
