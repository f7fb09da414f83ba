import {
  Alert,
  Anchor,
  Button,
  Group,
  Modal,
  Progress,
  ScrollArea,
  Select,
  Stack,
  TagsInput,
  Text,
} from '@mantine/core';
import { IconCheck, IconRefresh } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorText, messageOf } from '@/components/ErrorText';
import { FieldInput } from '@/components/fields/FieldInput';
import { useFieldLabel } from '@/components/fields/labels';
import { toasts } from '@/components/toasts';
import type { ApiError } from '@/lib/api/errors';
import { type BulkResult, useBulk } from '@/lib/bulk';
import { useFormat } from '@/lib/format';
import { fieldOf, type KindOf, pageOf, titleOf } from '@/lib/kinds';
import { useRecordList } from '@/lib/queries';
import {
  actionOf,
  type Chosen,
  type Deed,
  itemOf,
  ownerField,
  settableFields,
  undoActionOf,
  undoItemOf,
} from './bulkActions';
import { MOST_CHOSEN } from './SelectionBar';

export type BulkForm = 'set' | 'assign' | 'add_tag' | 'remove_tag' | 'delete' | 'restore';

interface Failed {
  record: Chosen;
  error: ApiError;
}

/** Asks what is to be done to the chosen records, does it, and tells which refused and why. */
export function BulkDialog(props: {
  kind: KindOf;
  form: BulkForm;
  records: Chosen[];
  onClose: () => void;
  /** All were done. */
  onDone: () => void;
}) {
  const { kind, form, records } = props;
  const { t } = useTranslation(['data', 'common']);
  const format = useFormat();
  const [deed, setDeed] = useState<Deed | null>(
    form === 'delete' || form === 'restore' ? { type: form } : null,
  );
  const [failed, setFailed] = useState<Failed[] | null>(null);
  const run = useDeed(kind);
  const count = { count: records.length, formatted: format.number(records.length) };

  const carryOut = async (what: Deed, on: Chosen[]) => {
    const failures = await run.carryOut(what, on);
    if (!failures) return;
    if (failures.length === 0) {
      props.onDone();
      props.onClose();
    } else setFailed(failures);
  };

  return (
    <Modal
      opened
      onClose={props.onClose}
      closeOnClickOutside={!run.running}
      closeOnEscape={!run.running}
      withCloseButton={!run.running}
      size="lg"
      title={t(`data:bulk.${form}`)}
      closeButtonProps={{ 'aria-label': t('common:actions.close') }}
    >
      {run.running ? (
        <Running done={run.done} of={run.of} />
      ) : failed && deed ? (
        <Failures
          kind={kind}
          failed={failed}
          done={records.length - failed.length}
          onClose={props.onClose}
          onRetry={() =>
            void carryOut(
              deed,
              failed.map((one) => one.record),
            )
          }
        />
      ) : (
        <form
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            if (deed) void carryOut(deed, records);
          }}
        >
          <Stack>
            <Text>{t(`data:bulk.about.${form}`, count)}</Text>
            <DeedForm kind={kind} form={form} deed={deed} onChange={setDeed} />
            {records.length === MOST_CHOSEN ? (
              <Alert color="orange">{t('data:bulk.most', { formatted: format.number(MOST_CHOSEN) })}</Alert>
            ) : null}
            {run.error ? <ErrorText error={run.error} /> : null}
            <Group justify="flex-end">
              <Button variant="default" onClick={props.onClose}>
                {t('common:actions.cancel')}
              </Button>
              <Button
                type="submit"
                color={form === 'delete' ? 'red' : undefined}
                disabled={!deed}
                data-autofocus={form === 'delete' || form === 'restore' || undefined}
              >
                {t(`data:bulk.do.${form}`)}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

/** Carries a deed out and offers to take it back; answers what failed, or null when nothing could be sent at all. */
function useDeed(kind: KindOf) {
  const { t } = useTranslation(['data', 'common']);
  const { t: common } = useTranslation();
  const format = useFormat();
  const bulk = useBulk(kind.resource);
  const [progress, setProgress] = useState<{ done: number; of: number } | null>(null);
  const [error, setError] = useState<unknown>(null);

  const undo = async (deed: Deed, before: Chosen[], result: BulkResult) => {
    const items = [...result.saved].flatMap(([index, after]) => {
      const record = before[index];
      const item = record ? undoItemOf(deed, record, after) : null;
      return item ? [item] : [];
    });
    const { failures } = await bulk.mutateAsync({ action: undoActionOf(deed), items });
    const restored = items.length - failures.length;
    if (failures.length === 0) toasts.done(common('undone'));
    else
      toasts.failed(
        t('data:bulk.undo_partly', { done: format.number(restored), failed: format.number(failures.length) }),
      );
  };

  const carryOut = async (deed: Deed, on: Chosen[]): Promise<Failed[] | null> => {
    setError(null);
    setProgress({ done: 0, of: on.length });
    try {
      const result = await bulk.mutateAsync({
        action: actionOf(deed),
        items: on.map((record) => itemOf(deed, record)),
        onProgress: (done) => setProgress({ done, of: on.length }),
      });
      const count = on.length - result.failures.length;
      if (count > 0) {
        toasts.undoable(
          t(`data:bulk.done.${deed.type}`, { count, formatted: format.number(count) }),
          common('actions.undo'),
          () => void undo(deed, on, result).catch((problem) => toasts.failed(messageOf(problem, common))),
        );
      }
      return result.failures.flatMap(({ index, error: reason }) => {
        const record = on[index];
        return record ? { record, error: reason } : [];
      });
    } catch (problem) {
      setError(problem);
      return null;
    } finally {
      setProgress(null);
    }
  };
  return { carryOut, running: progress !== null, done: progress?.done ?? 0, of: progress?.of ?? 0, error };
}

function Running({ done, of }: { done: number; of: number }) {
  const { t } = useTranslation('data');
  const format = useFormat();
  const text = t('bulk.progress', { done: format.number(done), of: format.number(of) });
  return (
    <Stack gap="xs" py="md">
      <Progress value={(100 * done) / of} animated aria-label={text} />
      <Text size="sm" c="dimmed" role="status">
        {text}
      </Text>
    </Stack>
  );
}

function Failures(props: {
  kind: KindOf;
  failed: Failed[];
  done: number;
  onRetry: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation(['data', 'common']);
  const { t: common } = useTranslation();
  const format = useFormat();
  const label = useFieldLabel();
  const reasonOf = (error: ApiError) => {
    const fields = error.code === 'invalid_input' ? Object.entries(error.fields) : [];
    if (fields.length === 0) return messageOf(error, common);
    return fields.map(([field, message]) => `${label(props.kind.resource, field)} : ${message}`).join(' · ');
  };
  return (
    <Stack>
      {props.done > 0 ? (
        <Alert color="green" icon={<IconCheck size={18} />}>
          {t('data:bulk.some_done', { count: props.done, formatted: format.number(props.done) })}
        </Alert>
      ) : null}
      <Text fw={600} role="status">
        {t('data:bulk.failed', { count: props.failed.length, formatted: format.number(props.failed.length) })}
      </Text>
      <ScrollArea.Autosize mah={320} type="auto" offsetScrollbars>
        <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
          {props.failed.map(({ record, error }) => {
            const page = pageOf(props.kind.resource, record.id);
            const title = titleOf(props.kind, record) || common('unknown');
            return (
              <li key={record.id}>
                {page ? (
                  <Anchor component={Link} to={page} size="sm" fw={600}>
                    {title}
                  </Anchor>
                ) : (
                  <Text size="sm" fw={600}>
                    {title}
                  </Text>
                )}
                <Text size="sm" c="error">
                  {reasonOf(error)}
                </Text>
              </li>
            );
          })}
        </Stack>
      </ScrollArea.Autosize>
      <Group justify="flex-end">
        <Button variant="default" onClick={props.onClose}>
          {t('common:actions.close')}
        </Button>
        <Button leftSection={<IconRefresh size={16} />} onClick={props.onRetry}>
          {t('data:bulk.retry')}
        </Button>
      </Group>
    </Stack>
  );
}

interface FormProps {
  kind: KindOf;
  form: BulkForm;
  deed: Deed | null;
  onChange: (deed: Deed | null) => void;
}

function DeedForm(props: FormProps) {
  switch (props.form) {
    case 'set':
      return <SetForm {...props} />;
    case 'assign':
      return <ValueForm {...props} field="owner_id" />;
    case 'add_tag':
    case 'remove_tag':
      return <TagForm {...props} type={props.form} />;
    default:
      return null;
  }
}

function SetForm(props: FormProps) {
  const { t } = useTranslation('data');
  const label = useFieldLabel();
  const [name, setName] = useState<string | null>(null);
  return (
    <>
      <Select
        data-autofocus
        label={t('bulk.field')}
        data={settableFields(props.kind).map((field) => ({
          value: field.name,
          label: label(props.kind.resource, field.name),
        }))}
        value={name}
        searchable
        onChange={(next) => {
          setName(next);
          const field = next ? fieldOf(props.kind, next) : undefined;
          props.onChange(field && !field.required ? { type: 'set', field: field.name, value: null } : null);
        }}
      />
      {name ? <ValueForm {...props} key={name} field={name} /> : null}
    </>
  );
}

function ValueForm({ kind, field: name, deed, onChange }: FormProps & { field: string }) {
  const { t } = useTranslation('data');
  const field = fieldOf(kind, name) ?? ownerField(kind);
  const value = deed?.type === 'set' ? deed.value : null;
  if (!field) return null;
  return (
    <>
      <FieldInput
        resource={kind.resource}
        field={field}
        value={value}
        onChange={(next) =>
          onChange(next === null && field.required ? null : { type: 'set', field: field.name, value: next })
        }
      />
      {deed?.type === 'set' && deed.value === null ? (
        <Text size="sm" c="dimmed">
          {t('bulk.clears')}
        </Text>
      ) : null}
    </>
  );
}

function TagForm({ kind, type, deed, onChange }: FormProps & { type: 'add_tag' | 'remove_tag' }) {
  const { t } = useTranslation('data');
  const { data } = useRecordList(kind.resource, { limit: 1, facets: 'tags' });
  return (
    <TagsInput
      data-autofocus
      label={t('bulk.tags')}
      data={Object.keys(data?.facets?.tags ?? {})}
      value={deed?.type === 'add_tag' || deed?.type === 'remove_tag' ? deed.tags : []}
      onChange={(tags) => onChange(tags.length ? { type, tags } : null)}
      splitChars={[',', ';']}
    />
  );
}
