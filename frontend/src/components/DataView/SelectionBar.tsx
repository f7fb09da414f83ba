import { Button, CloseButton, Group, Menu, Paper, Text } from '@mantine/core';
import {
  IconChevronUp,
  IconPencil,
  IconRestore,
  IconTag,
  IconTagOff,
  IconTrash,
  IconUser,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { toasts } from '@/components/toasts';
import { type AnyRecord, type ListParameters, records } from '@/lib/api/records';
import { useFormat } from '@/lib/format';
import type { KindOf } from '@/lib/kinds';
import { useCan } from '@/lib/session';
import { BulkDialog, type BulkForm } from './BulkDialog';
import { type Chosen, hasTags, ownerField } from './bulkActions';
import classes from './DataView.module.css';
import { useGridState, useSelection } from './gridState';

/** As many as one bulk action takes. */
export const MOST_CHOSEN = 1000;

/** What can be done with the chosen records; there only while some are. */
export function SelectionBar(props: {
  kind: KindOf;
  question: ListParameters;
  rows: readonly AnyRecord[];
  total: number;
}) {
  const { t } = useTranslation(['data', 'common']);
  const { t: common } = useTranslation();
  const format = useFormat();
  const can = useCan();
  const state = useGridState();
  const chosen = useSelection();
  const [form, setForm] = useState<{ form: BulkForm; records: Chosen[] } | null>(null);
  const [gathering, setGathering] = useState(false);
  const { kind, total, rows } = props;

  const gather = async () => {
    setGathering(true);
    try {
      state.chooseRecords(await allMatching(kind, props.question));
    } catch (error) {
      toasts.failed(messageOf(error, common));
    } finally {
      setGathering(false);
    }
  };
  const open = (which: BulkForm) =>
    setForm({ form: which, records: state.chosenRecords() as unknown as Chosen[] });

  const deleted = Boolean(props.question.deleted);
  const updates = !deleted && can(`${kind.permission}:update`);
  const most = Math.min(total, MOST_CHOSEN);
  return (
    <>
      {chosen.size > 0 ? (
        <Paper
          component="section"
          aria-label={t('data:selection.title')}
          className={classes.selection}
          withBorder
          shadow="lg"
          radius="lg"
          p={6}
          pl="md"
        >
          <Group gap="xs" justify="center">
            <Text size="sm" fw={600} role="status">
              {t('data:selection.count', { count: chosen.size, formatted: format.number(chosen.size) })}
            </Text>
            {chosen.size < most && rows.every((record) => chosen.has(record.id)) ? (
              <Button size="compact-sm" variant="subtle" loading={gathering} onClick={() => void gather()}>
                {total > MOST_CHOSEN
                  ? t('data:selection.choose_first', { formatted: format.number(MOST_CHOSEN) })
                  : t('data:selection.choose_all', { formatted: format.number(total) })}
              </Button>
            ) : null}
            <Menu position="top" withinPortal shadow="md" width={240}>
              <Menu.Target>
                <Button size="compact-md" rightSection={<IconChevronUp size={16} />}>
                  {t('data:selection.actions')}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {deleted ? (
                  <Menu.Item leftSection={<IconRestore size={16} />} onClick={() => open('restore')}>
                    {t('data:bulk.restore')}
                  </Menu.Item>
                ) : null}
                {updates ? (
                  <>
                    <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => open('set')}>
                      {t('data:bulk.set')}
                    </Menu.Item>
                    {ownerField(kind) ? (
                      <Menu.Item leftSection={<IconUser size={16} />} onClick={() => open('assign')}>
                        {t('data:bulk.assign')}
                      </Menu.Item>
                    ) : null}
                    {hasTags(kind) ? (
                      <>
                        <Menu.Item leftSection={<IconTag size={16} />} onClick={() => open('add_tag')}>
                          {t('data:bulk.add_tag')}
                        </Menu.Item>
                        <Menu.Item leftSection={<IconTagOff size={16} />} onClick={() => open('remove_tag')}>
                          {t('data:bulk.remove_tag')}
                        </Menu.Item>
                      </>
                    ) : null}
                  </>
                ) : null}
                {!deleted && can(`${kind.permission}:delete`) ? (
                  <Menu.Item c="error" leftSection={<IconTrash size={16} />} onClick={() => open('delete')}>
                    {t('data:bulk.delete')}
                  </Menu.Item>
                ) : null}
              </Menu.Dropdown>
            </Menu>
            <CloseButton aria-label={t('data:selection.clear')} onClick={() => state.clear()} />
          </Group>
        </Paper>
      ) : null}
      {form ? (
        <BulkDialog
          kind={kind}
          form={form.form}
          records={form.records}
          onClose={() => setForm(null)}
          onDone={() => state.clear()}
        />
      ) : null}
    </>
  );
}

async function allMatching(kind: KindOf, question: ListParameters): Promise<AnyRecord[]> {
  const found: AnyRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await records.list(kind.resource, { ...question, limit: 200, cursor });
    found.push(...(page.items as AnyRecord[]));
    cursor = page.next_cursor ?? undefined;
  } while (cursor && found.length < MOST_CHOSEN);
  return found.slice(0, MOST_CHOSEN);
}
