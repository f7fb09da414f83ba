import { Button, Group, TextInput } from '@mantine/core';
import { DateInput } from '@mantine/dates';
import '@mantine/dates/styles.layer.css';
import { IconPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { dayOf } from '@/components/fields/FieldInput';
import { toasts } from '@/components/toasts';
import { useCreateRecord } from '@/lib/queries';
import { today } from './days';

/** A task in one line: a title, and when it is due. */
export function QuickTask() {
  const { t, i18n } = useTranslation('tasks');
  const { t: common } = useTranslation();
  const [title, setTitle] = useState('');
  const [due, setDue] = useState<string | null>(today());
  // One key for one task: sending it again after a failure cannot make a second one.
  const [key, setKey] = useState(() => crypto.randomUUID());
  const create = useCreateRecord('tasks');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!title.trim() || create.isPending) return;
    try {
      await create.mutateAsync({ fields: { title: title.trim(), due_date: due }, key });
      toasts.done(t('quick.added', { title: title.trim() }));
      setTitle('');
      setKey(crypto.randomUUID());
    } catch (error) {
      toasts.failed(messageOf(error, common));
    }
  };
  return (
    <Group component="form" gap="xs" mb="md" onSubmit={submit as never} wrap="wrap">
      <TextInput
        aria-label={t('quick.title')}
        placeholder={t('quick.title')}
        value={title}
        maxLength={200}
        onChange={(event) => setTitle(event.currentTarget.value)}
        leftSection={<IconPlus size={16} />}
        style={{ flex: '1 1 240px' }}
      />
      <DateInput
        aria-label={t('quick.due')}
        placeholder={t('quick.due')}
        value={due}
        onChange={setDue}
        clearable
        clearButtonProps={{ 'aria-label': common('actions.clear') }}
        valueFormat="DD/MM/YYYY"
        dateParser={(typed) => dayOf(typed)}
        locale={i18n.language}
        firstDayOfWeek={1}
        w={160}
      />
      <Button type="submit" loading={create.isPending} disabled={!title.trim()}>
        {common('actions.add')}
      </Button>
    </Group>
  );
}
