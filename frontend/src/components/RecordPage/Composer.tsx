import { Button, Group, Kbd, Paper, SegmentedControl, SimpleGrid, Stack, Text } from '@mantine/core';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { FieldInput } from '@/components/fields/FieldInput';
import { useEnumLabel } from '@/components/fields/labels';
import { useRefusal } from '@/components/RecordForm/refusals';
import { toasts } from '@/components/toasts';
import { ApiError } from '@/lib/api/errors';
import type { Changes } from '@/lib/api/records';
import { fieldOf, INTERACTIONS } from '@/lib/kinds';
import { useCreateRecord, useDeleteRecord } from '@/lib/queries';
import { useCan } from '@/lib/session';

const TYPES = ['phone', 'meeting', 'email', 'note'] as const;

/** Logs a call, a meeting, a note or an e-mail about the record of the page. */
export function Composer({ about }: { about: { organisation_id: string } | { person_id: string } }) {
  const { t } = useTranslation('records');
  const label = useEnumLabel();
  const start = (): Changes => ({ type: 'phone', occurred_at: new Date().toISOString() });
  const [values, setValues] = useState<Changes>(start);
  const [opened, setOpened] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const { save, errors, busy } = useLogging(about, () => {
    setValues(start());
    setOpened(false);
  });
  const isNote = values.type === 'note';
  const names = opened
    ? ['subject', 'content', 'occurred_at', ...(isNote ? [] : ['direction']), 'next_action_at']
    : ['subject'];
  return (
    <Paper withBorder p="sm" component="section" aria-label={t('composer.title')}>
      <form
        ref={form}
        onFocus={(event) =>
          event.target instanceof HTMLInputElement && event.target.name === 'subject' && setOpened(true)
        }
        onSubmit={(event) => {
          event.preventDefault();
          void save(values);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void save(values);
          }
        }}
      >
        <Stack gap="xs">
          <SegmentedControl
            size="xs"
            aria-label={t('composer.type')}
            value={String(values.type)}
            onChange={(type) => setValues({ ...values, type })}
            data={TYPES.map((type) => ({ value: type, label: label('interaction_type', type) }))}
            style={{ alignSelf: 'flex-start', maxWidth: '100%' }}
          />
          <SimpleGrid cols={{ base: 1, sm: opened ? 3 : 1 }} spacing="xs" verticalSpacing="xs">
            {names.flatMap((name) => {
              const field = fieldOf(INTERACTIONS, name);
              const wide = name === 'subject' || name === 'content';
              return field ? (
                <div key={name} style={wide ? { gridColumn: '1 / -1' } : undefined}>
                  <FieldInput
                    resource="interactions"
                    field={field}
                    value={values[name]}
                    error={errors[name]}
                    onChange={(value) => setValues({ ...values, [name]: value })}
                  />
                </div>
              ) : (
                []
              );
            })}
          </SimpleGrid>
          {opened ? (
            <Group justify="space-between" gap="xs">
              <Text c="dimmed" size="xs" visibleFrom="sm">
                <Kbd size="xs">Ctrl</Kbd> + <Kbd size="xs">{t('form.enter')}</Kbd> {t('form.to_save')}
              </Text>
              <Group gap="xs" ml="auto">
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => {
                    setValues(start());
                    setOpened(false);
                  }}
                >
                  {t('composer.cancel')}
                </Button>
                <Button size="xs" type="submit" loading={busy}>
                  {t('composer.save')}
                </Button>
              </Group>
            </Group>
          ) : null}
        </Stack>
      </form>
    </Paper>
  );
}

/** Saves a draft once, however often it is sent, and says what is wrong with it. */
function useLogging(about: Changes, done: () => void) {
  const { t } = useTranslation('records');
  const { t: common } = useTranslation();
  const can = useCan();
  const refusal = useRefusal();
  const { mutateAsync, isPending } = useCreateRecord('interactions');
  const remove = useDeleteRecord('interactions').mutateAsync;
  const [errors, setErrors] = useState<Record<string, string>>({});
  const key = useRef(crypto.randomUUID());
  const sending = useRef(false);

  const logged = (id: string) => {
    if (!can('interactions:delete')) return toasts.done(t('composer.saved'));
    toasts.undoable(t('composer.saved'), common('actions.undo'), () => {
      remove(id).catch((error: unknown) => toasts.failed(messageOf(error, common)));
    });
  };
  const save = async (values: Changes) => {
    if (sending.current) return;
    if (!String(values.subject ?? '').trim()) {
      setErrors({ subject: common('required') });
      return;
    }
    sending.current = true;
    setErrors({});
    try {
      const given = Object.entries({ ...values, ...about }).filter(([, value]) => value !== null);
      const { id } = await mutateAsync({ fields: Object.fromEntries(given), key: key.current });
      key.current = crypto.randomUUID();
      logged(id);
      done();
    } catch (error) {
      const fields = error instanceof ApiError ? Object.entries(error.fields) : [];
      setErrors(Object.fromEntries(fields.map(([name, message]) => [name, refusal(message)])));
      toasts.failed(messageOf(error, common));
    } finally {
      sending.current = false;
    }
  };
  return { save, errors, busy: isPending };
}
