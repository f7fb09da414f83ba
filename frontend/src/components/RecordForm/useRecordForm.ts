import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { ApiError } from '@/lib/api/errors';
import type { AnyRecord, Changes, Resource } from '@/lib/api/records';
import { sameValue } from '@/lib/conflicts';
import { useUpdateRecord } from '@/lib/queries';
import { useMe } from '@/lib/session';
import { startOf } from './layout';
import { useRefusal } from './refusals';
import type { FormRequest } from './slot';
import { useSteps } from './useSteps';

/** How a contact comes with a new organisation, or an organisation with a new person. */
export interface Companion {
  mode: 'none' | 'new' | 'existing';
  values: Changes;
}

export interface Failure {
  message: string;
  /** The record that has the value already, where the answer names it. */
  other?: { resource: Resource; id: string };
}

type Errors = Record<string, string>;

const NO_COMPANION: Companion = { mode: 'none', values: {} };
/** Errors of the companion's fields stand under this prefix. */
export const OF_COMPANION = 'companion.';

/** Values, errors and saving of a form: everything of it but its looks. */
export function useRecordForm(
  { kind, initial, record, onDone }: FormRequest,
  onSaved: (made: AnyRecord) => void,
) {
  const { t } = useTranslation('records');
  const { t: common } = useTranslation();
  const me = useMe();
  const refusal = useRefusal();
  const steps = useSteps();
  const update = useUpdateRecord(kind.resource);
  const [start] = useState<Changes>(() => begin());
  const [values, setValues] = useState<Changes>(start);
  const [startCompanion] = useState<Companion>(() => beginCompanion());
  const [companion, setCompanion] = useState<Companion>(startCompanion);
  const [errors, setErrors] = useState<Errors>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const saving = useRef(false);

  function begin(): Changes {
    if (record) return { ...(record as unknown as Changes) };
    const { organisation_id, ...rest } = initial ?? {};
    const own = kind.fields.some((field) => field.name === 'organisation_id') ? { organisation_id } : {};
    return { ...startOf(kind, me.user.id), ...rest, ...own };
  }

  function beginCompanion(): Companion {
    const linked = !record && kind.resource === 'people' && initial?.organisation_id;
    if (!linked) return NO_COMPANION;
    return { mode: 'existing', values: { organisation_id: initial?.organisation_id, role: 'autre' } };
  }

  const changed = (): Changes =>
    Object.fromEntries(
      Object.keys(values)
        .filter((field) => !sameValue(values[field], start[field]))
        .map((field) => [field, values[field]]),
    );
  const dirty =
    Object.keys(changed()).length > 0 || JSON.stringify(companion) !== JSON.stringify(startCompanion);

  function missing(): Errors {
    const found: Errors = {};
    for (const field of kind.fields) {
      if (field.required && field.group && !field.computed && isEmpty(values[field.name])) {
        found[field.name] = common('required');
      }
    }
    if (kind.resource === 'organisations' && companion.mode === 'new' && isEmpty(companion.values.last_name))
      found[`${OF_COMPANION}last_name`] = common('required');
    const end = kind.resource === 'organisations' ? 'person_id' : 'organisation_id';
    if (companion.mode === 'existing' && isEmpty(companion.values[end]))
      found[`${OF_COMPANION}${end}`] = common('required');
    if (kind.resource === 'interactions' && isEmpty(values.organisation_id) && isEmpty(values.person_id))
      found.organisation_id = t('refusals.about_someone');
    return found;
  }

  async function saveAll(): Promise<AnyRecord> {
    if (record) {
      const changes = changed();
      if (Object.keys(changes).length === 0) return record;
      return update.mutateAsync({ id: record.id, changes, version: record.version }) as Promise<AnyRecord>;
    }
    const made = await steps.create('record', kind.resource, withoutEmpty(values));
    if (kind.resource === 'organisations') await saveContact(made.id);
    if (kind.resource === 'people' && companion.mode === 'existing')
      await steps.create('link', 'person-organisation-links', {
        ...withoutEmpty(companion.values),
        person_id: made.id,
      });
    return made;
  }

  async function saveContact(organisation_id: string): Promise<void> {
    if (companion.mode === 'none') return;
    const { person_id, role, job_title, is_primary, ...person } = companion.values;
    const contact =
      companion.mode === 'existing'
        ? String(person_id)
        : (await steps.create('person', 'people', { owner_id: me.user.id, ...withoutEmpty(person) })).id;
    await steps.create('link', 'person-organisation-links', {
      organisation_id,
      person_id: contact,
      ...withoutEmpty({ role, job_title, is_primary }),
    });
  }

  function refused(error: unknown): void {
    const prefix = steps.made('record') ? OF_COMPANION : '';
    const known = new Set(prefix ? COMPANION_FIELDS : kind.fields.map((field) => field.name));
    const inFields: Errors = {};
    const elsewhere: string[] = [];
    for (const { field, message } of error instanceof ApiError ? error.details : []) {
      const name = field.split('.')[0] ?? field;
      if (known.has(name)) inFields[prefix + name] = refusal(message);
      else if (field !== 'permission') elsewhere.push(refusal(message));
    }
    setErrors(inFields);
    const taken = error instanceof ApiError && error.code === 'duplicate' ? error.details[0]?.id : undefined;
    const resource = prefix ? (steps.made('person') ? null : 'people') : kind.resource;
    setFailure({
      message: [mismatch(error) ? t('form.answered') : messageOf(error, common), ...elsewhere].join(' '),
      other: taken && resource ? { resource, id: String(taken) } : undefined,
    });
  }

  async function submit(): Promise<void> {
    if (saving.current) return;
    const empty = missing();
    setErrors(empty);
    setFailure(null);
    if (Object.keys(empty).length > 0) return;
    saving.current = true;
    setBusy(true);
    try {
      const saved = await saveAll();
      onSaved(saved);
      onDone?.(saved as never);
    } catch (error) {
      refused(error);
    } finally {
      saving.current = false;
      setBusy(false);
    }
  }

  return {
    values,
    set: (field: string, value: unknown) => {
      setValues((before) => ({ ...before, [field]: value }));
      setErrors(({ [field]: _gone, ...rest }) => rest);
    },
    companion,
    setCompanion: (next: Companion) => {
      setCompanion(next);
      setErrors((before) =>
        Object.fromEntries(Object.entries(before).filter(([name]) => !name.startsWith(OF_COMPANION))),
      );
    },
    errors,
    failure,
    busy,
    dirty,
    /** The record itself was made; what is left to save is its companion. */
    half: Boolean(steps.made('record')),
    made: steps.made('record'),
    submit,
  };
}

export type FormState = ReturnType<typeof useRecordForm>;

const COMPANION_FIELDS = [
  'first_name',
  'last_name',
  'email',
  'phone',
  'role',
  'job_title',
  'person_id',
  'organisation_id',
  'is_primary',
];

function mismatch(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'idempotency_mismatch';
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'string' && value.trim() === '');
}

function withoutEmpty(values: Changes): Changes {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value)));
}
