import { ActionIcon, Button, Checkbox, Group, Menu, Modal } from '@mantine/core';
import { DatePicker } from '@mantine/dates';
import '@mantine/dates/styles.layer.css';
import { IconClockPause } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Task } from '@/lib/api/records';
import { useFormat } from '@/lib/format';
import { useCan } from '@/lib/session';
import { dayAfter, mondayOf, today } from './days';
import { useTaskChanges } from './useTaskChanges';

export function isOpen(task: Task): boolean {
  return task.status === 'todo' || task.status === 'doing';
}

/** Ticks a task off, or takes it up again. */
export function DoneBox({ task }: { task: Task }) {
  const { t } = useTranslation('tasks');
  const can = useCan();
  const change = useTaskChanges();
  const done = task.status === 'done';
  return (
    <Checkbox
      size="24px"
      radius="xl"
      checked={done}
      disabled={!can('tasks:update')}
      aria-label={t('finish', { title: task.title })}
      onClick={(event) => event.stopPropagation()}
      onChange={() =>
        done
          ? change(task, { status: 'todo' }, t('reopened', { title: task.title }))
          : change(task, { status: 'done' }, t('finished', { title: task.title }))
      }
    />
  );
}

/** Puts the due date off: to tomorrow, to next Monday, or to a day of choice. */
export function SnoozeMenu({ task }: { task: Task }) {
  const { t } = useTranslation('tasks');
  const format = useFormat();
  const can = useCan();
  const change = useTaskChanges();
  const [choosing, setChoosing] = useState(false);
  if (!can('tasks:update') || !isOpen(task)) return null;
  const put = (day: string) =>
    change(task, { due_date: day }, t('snoozed', { title: task.title, date: format.date(day) }));
  const tomorrow = dayAfter(today(), 1);
  const nextWeek = dayAfter(mondayOf(today()), 7);
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon size={28} color="gray" aria-label={t('snooze.open', { title: task.title })}>
            <IconClockPause size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t('snooze.label')}</Menu.Label>
          <Menu.Item onClick={() => put(tomorrow)} rightSection={format.date(tomorrow)}>
            {t('snooze.tomorrow')}
          </Menu.Item>
          <Menu.Item onClick={() => put(nextWeek)} rightSection={format.date(nextWeek)}>
            {t('snooze.next_week')}
          </Menu.Item>
          <Menu.Item onClick={() => setChoosing(true)}>{t('snooze.choose')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <DayDialog
        opened={choosing}
        title={t('snooze.until', { title: task.title })}
        value={task.due_date}
        onClose={() => setChoosing(false)}
        onChoose={(day) => {
          setChoosing(false);
          void put(day);
        }}
      />
    </>
  );
}

function DayDialog(props: {
  opened: boolean;
  title: string;
  value: string | null;
  onClose: () => void;
  onChoose: (day: string) => void;
}) {
  const { t, i18n } = useTranslation();
  const [day, setDay] = useState<string | null>(props.value);
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={props.title}
      size="auto"
      closeButtonProps={{ 'aria-label': t('actions.close') }}
    >
      <DatePicker value={day} onChange={setDay} minDate={today()} locale={i18n.language} firstDayOfWeek={1} />
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={props.onClose}>
          {t('actions.cancel')}
        </Button>
        <Button disabled={!day} onClick={() => day && props.onChoose(day)}>
          {t('actions.confirm')}
        </Button>
      </Group>
    </Modal>
  );
}
