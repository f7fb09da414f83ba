import { Button, Group, Modal, Radio, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FieldValue } from '@/components/fields/FieldValue';
import { useFieldLabel } from '@/components/fields/labels';
import { RecordName } from '@/components/fields/RecordName';
import type { Resource } from '@/lib/api/records';
import { type Conflict, mergedFields, type Resolution } from '@/lib/conflicts';
import { fieldOf, KINDS, titleOf } from '@/lib/kinds';
import classes from './ConflictChoice.module.css';

type Side = 'mine' | 'theirs';

/** Somebody else saved the same record first: per field that both changed, the user says whose value stays. */
export function ConflictChoice(props: { conflict: Conflict; onSettle: (resolution: Resolution) => void }) {
  const { conflict, onSettle } = props;
  const { resource, current, submitted, fields } = conflict;
  const { t } = useTranslation('records');
  const narrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const [chosen, setChosen] = useState<Record<string, Side>>({});
  const open = fields.filter((field) => !chosen[field]).length;
  const all = (side: Side) => setChosen(Object.fromEntries(fields.map((field) => [field, side])));
  const save = () =>
    onSettle(Object.fromEntries(Object.entries(submitted).filter(([field]) => chosen[field] !== 'theirs')));

  return (
    <Modal
      opened
      onClose={() => onSettle(null)}
      closeOnClickOutside={false}
      size="xl"
      fullScreen={narrow}
      title={t('conflict.title')}
      closeButtonProps={{ 'aria-label': t('conflict.give_up') }}
      classNames={{ title: classes.title }}
      zIndex={400}
    >
      <Stack gap="md">
        <Text>
          {current.updated_by ? (
            <b>
              <RecordName resource="users" id={String(current.updated_by)} plain />
            </b>
          ) : (
            t('conflict.somebody')
          )}{' '}
          {t('conflict.text', { title: titleOf(KINDS[resource], current), count: fields.length })}
        </Text>
        {fields.length > 1 ? (
          <Group gap="xs">
            <Button size="xs" variant="default" onClick={() => all('mine')}>
              {t('conflict.all_mine')}
            </Button>
            <Button size="xs" variant="default" onClick={() => all('theirs')}>
              {t('conflict.all_theirs')}
            </Button>
          </Group>
        ) : null}
        {fields.map((field) => (
          <Contested
            key={field}
            conflict={conflict}
            field={field}
            side={chosen[field] ?? null}
            onChoose={(side) => setChosen((before) => ({ ...before, [field]: side }))}
          />
        ))}
        <Merged conflict={conflict} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => onSettle(null)}>
            {t('conflict.give_up')}
          </Button>
          <Button onClick={save} disabled={open > 0}>
            {open > 0 ? t('conflict.left', { count: open }) : t('conflict.save')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Contested(props: {
  conflict: Conflict;
  field: string;
  side: Side | null;
  onChoose: (side: Side) => void;
}) {
  const { conflict, field, side, onChoose } = props;
  const { resource, base, current, submitted } = conflict;
  const { t } = useTranslation('records');
  const label = useFieldLabel();
  const sides: [Side, string, unknown][] = [
    ['theirs', t('conflict.theirs'), current[field]],
    ['mine', t('conflict.mine'), submitted[field]],
  ];
  return (
    <section className={classes.field}>
      <Radio.Group
        value={side}
        onChange={(given) => onChoose(given as Side)}
        label={label(resource, field)}
        classNames={{ label: classes.label }}
        description={
          field in base ? (
            <span>
              {t('conflict.base')} <Value resource={resource} field={field} value={base[field]} />
            </span>
          ) : undefined
        }
      >
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" mt="xs">
          {sides.map(([name, title, value]) => (
            <Radio
              key={name}
              value={name}
              className={classes.side}
              data-chosen={side === name || undefined}
              label={
                <>
                  <Text span size="xs" c="dimmed" display="block">
                    {title}
                  </Text>
                  <Value resource={resource} field={field} value={value} />
                </>
              }
            />
          ))}
        </SimpleGrid>
      </Radio.Group>
    </section>
  );
}

/** What the others changed and nobody contests. */
function Merged({ conflict }: { conflict: Conflict }) {
  const { resource, base, current } = conflict;
  const { t } = useTranslation('records');
  const label = useFieldLabel();
  const fields = mergedFields(conflict).filter((name) => {
    const field = fieldOf(KINDS[resource], name);
    return field && !field.computed;
  });
  if (fields.length === 0) return null;
  return (
    <section>
      <Title order={3} size="h6">
        {t('conflict.merged')}
      </Title>
      <ul className={classes.merged}>
        {fields.map((field) => (
          <li key={field}>
            {label(resource, field)}
            {t('colon')} <Value resource={resource} field={field} value={base[field]} /> →{' '}
            <Value resource={resource} field={field} value={current[field]} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Value({ resource, field, value }: { resource: Resource; field: string; value: unknown }) {
  const known = fieldOf(KINDS[resource], field);
  return known ? <FieldValue field={known} value={value} plain /> : <span>{String(value ?? '—')}</span>;
}
