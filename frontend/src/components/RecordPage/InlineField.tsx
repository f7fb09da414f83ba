import { ActionIcon, Text } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { FieldInput } from '@/components/fields/FieldInput';
import { FieldValue } from '@/components/fields/FieldValue';
import { useFieldLabel } from '@/components/fields/labels';
import { useRefusal } from '@/components/RecordForm/refusals';
import { useUndoableUpdate } from '@/components/useUndoableUpdate';
import { ApiError } from '@/lib/api/errors';
import type { AnyRecord, Changes } from '@/lib/api/records';
import { sameValue } from '@/lib/conflicts';
import type { Field, KindOf } from '@/lib/kinds';
import classes from './RecordPage.module.css';

/** Fields whose input is a list: choosing is saving. */
const CHOSEN = new Set<Field['type']>(['enum', 'boolean', 'country', 'language', 'record', 'date']);

interface Props {
  kind: KindOf;
  record: AnyRecord;
  field: Field;
  editable: boolean;
  /** The label stands above instead of beside. */
  stacked?: boolean;
}

/** One field of a record page: a click or Enter edits it where it stands, Escape leaves it as it was. */
export function InlineField({ kind, record, field, editable, stacked }: Props) {
  const { t } = useTranslation('records');
  const label = useFieldLabel();
  const [draft, setDraft] = useState<{ value: unknown } | null>(null);
  const { save, refused } = useSaving(kind, record, field);
  const pencil = useRef<HTMLButtonElement>(null);
  const name = label(kind.resource, field.name);
  const value = (record as unknown as Changes)[field.name] ?? null;
  const canEdit = editable && !field.computed;
  const open = () => canEdit && setDraft({ value });
  const finish = (next: unknown, keep: boolean) => {
    setDraft(null);
    if (keep && !sameValue(next, value)) void save(next, () => setDraft({ value: next }));
    setTimeout(() => pencil.current?.focus({ preventScroll: true }));
  };
  return (
    <div className={classes.field} data-stacked={stacked || undefined}>
      <Text size="sm" c="dimmed" component="dt" className={classes.fieldName}>
        {name}
      </Text>
      <dd className={classes.fieldValue}>
        {draft ? (
          <Editor
            kind={kind}
            field={field}
            draft={draft.value}
            error={refused}
            onDraft={(next) => setDraft({ value: next })}
            onFinish={finish}
          />
        ) : (
          // biome-ignore lint/a11y/noStaticElementInteractions: the pencil inside is the button; the rest is for the mouse
          // biome-ignore lint/a11y/useKeyWithClickEvents: as above
          <div
            className={classes.shown}
            data-editable={canEdit || undefined}
            onClick={(event) => !(event.target as Element).closest('a, button') && open()}
          >
            <div className={classes.shownValue}>
              <FieldValue field={field} value={value} />
            </div>
            {canEdit ? (
              <ActionIcon
                ref={pencil}
                size={24}
                color="gray"
                className={classes.pencil}
                aria-label={t('edit_field', { field: name })}
                onClick={open}
              >
                <IconPencil size={14} />
              </ActionIcon>
            ) : null}
          </div>
        )}
      </dd>
    </div>
  );
}

function useSaving(kind: KindOf, record: AnyRecord, field: Field) {
  const { t } = useTranslation('records');
  const { t: common } = useTranslation();
  const label = useFieldLabel();
  const refusal = useRefusal();
  const update = useUndoableUpdate(kind.resource);
  const [refused, setRefused] = useState<string | null>(null);
  const save = async (value: unknown, reopen: () => void) => {
    setRefused(null);
    try {
      const message = t('field_saved', { field: label(kind.resource, field.name) });
      await update(record as never, { [field.name]: value }, message);
    } catch (error) {
      const reason = error instanceof ApiError ? error.fields[field.name] : undefined;
      setRefused(reason ? refusal(reason) : messageOf(error, common));
      reopen();
    }
  };
  return { save, refused };
}

function Editor(props: {
  kind: KindOf;
  field: Field;
  draft: unknown;
  error: string | null;
  onDraft: (value: unknown) => void;
  onFinish: (value: unknown, keep: boolean) => void;
}) {
  const { kind, field, draft, error, onDraft, onFinish } = props;
  const done = useRef(false);
  const chosen = CHOSEN.has(field.type);
  const finish = (value: unknown, keep: boolean) => {
    if (done.current) return;
    done.current = true;
    onFinish(value, keep);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears the keys of the input inside
    <div
      className={classes.editor}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          finish(draft, false);
        }
        const saves = field.type === 'longtext' ? event.ctrlKey || event.metaKey : !chosen;
        if (event.key === 'Enter' && saves && !typesList(field, event.target)) {
          event.preventDefault();
          finish(draft, true);
        }
      }}
      onBlur={(event) => {
        const into = event.relatedTarget as Element | null;
        if (into && (event.currentTarget.contains(into) || into.closest('[data-portal]'))) return;
        finish(draft, !chosen);
      }}
    >
      <FieldInput
        resource={kind.resource}
        field={field}
        value={draft}
        hideLabel
        autoFocus
        error={error}
        onChange={(value) => {
          onDraft(value);
          if (chosen) finish(value, true);
        }}
      />
    </div>
  );
}

/** Enter ends a tag, or chooses an option, before it ends the editing. */
function typesList(field: Field, target: EventTarget): boolean {
  const isList = ['tags', 'texts', 'enums', 'records'].includes(field.type);
  return isList && target instanceof HTMLInputElement && target.value !== '';
}
