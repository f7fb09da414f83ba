import { Button, Group, Modal, Skeleton, Stack, Table, Text, ThemeIcon } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconHistory } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { FieldValue } from '@/components/fields/FieldValue';
import { useFieldLabel } from '@/components/fields/labels';
import { LoadFailed } from '@/components/LoadFailed';
import { toasts } from '@/components/toasts';
import { useUndoableUpdate } from '@/components/useUndoableUpdate';
import type { AnyRecord, Changes, Version } from '@/lib/api/records';
import { sameValue } from '@/lib/conflicts';
import { useFormat } from '@/lib/format';
import type { Field, KindOf } from '@/lib/kinds';
import { useHistory } from '@/lib/queries';
import { Diff, type FieldChanges } from './Diff';
import classes from './RecordPage.module.css';
import { Actor, eventOf } from './Timeline';

interface Props {
  kind: KindOf;
  record: AnyRecord;
  editable: boolean;
}

/** Every version of a record, newest first; an old one can be compared with what is stored, and taken back. */
export function History({ kind, record, editable }: Props) {
  const { t } = useTranslation('records');
  const [compared, setCompared] = useState<Version | null>(null);
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useHistory(
    kind.resource,
    record.id,
    record.version,
  );
  if (isPending) return <Skeleton height={160} aria-hidden />;
  if (error) return <LoadFailed error={error} onRetry={refetch} />;
  const versions = data.pages.flatMap((page) => page.items);
  return (
    <section aria-label={t('history.title')}>
      <ul className={classes.entries}>
        {versions.map((version) => (
          <VersionEntry
            key={version.version}
            kind={kind}
            version={version}
            isCurrent={version.version === record.version}
            onCompare={() => setCompared(version)}
          />
        ))}
      </ul>
      {hasNextPage ? (
        <Group justify="center" mt="md">
          <Button variant="default" onClick={() => fetchNextPage()} loading={isFetchingNextPage}>
            {t('timeline.older')}
          </Button>
        </Group>
      ) : null}
      {compared ? (
        <Comparison
          kind={kind}
          record={record}
          version={compared}
          editable={editable}
          onClose={() => setCompared(null)}
        />
      ) : null}
    </section>
  );
}

function VersionEntry(props: { kind: KindOf; version: Version; isCurrent: boolean; onCompare: () => void }) {
  const { kind, version, isCurrent, onCompare } = props;
  const { t } = useTranslation('records');
  const format = useFormat();
  const changes = version.changes as FieldChanges;
  const event = eventOf(version.version, changes);
  return (
    <li className={classes.entry}>
      <ThemeIcon variant="transparent" color="gray" size={28} aria-hidden>
        <IconHistory size={16} />
      </ThemeIcon>
      <div>
        <Group justify="space-between" align="flex-start" gap="xs">
          <Text size="sm" c="dimmed" component="div" className={classes.grow}>
            <Actor id={version.by} /> {t(`timeline.record.${event}`)} ·{' '}
            <time dateTime={version.at}>{format.dateTime(version.at)}</time>
          </Text>
          {isCurrent ? (
            <Text size="xs" c="dimmed">
              {t('history.current')}
            </Text>
          ) : (
            <Button
              size="compact-xs"
              variant="default"
              onClick={onCompare}
              aria-label={t('history.compare_version', { version: version.version })}
            >
              {t('history.compare')}
            </Button>
          )}
        </Group>
        {event === 'changed' ? <Diff kind={kind} changes={changes} /> : null}
      </div>
    </li>
  );
}

/** The fields that can be taken back and are not what they were in the version. */
function differing(kind: KindOf, record: AnyRecord, version: Version): Field[] {
  const now = record as unknown as Changes;
  return kind.fields.filter(
    (field) =>
      field.group !== null &&
      !field.computed &&
      field.name in version.data &&
      !sameValue(version.data[field.name], now[field.name]),
  );
}

function Comparison(props: Props & { version: Version; onClose: () => void }) {
  const { kind, record, version, editable, onClose } = props;
  const { t } = useTranslation('records');
  const { t: common } = useTranslation();
  const label = useFieldLabel();
  const format = useFormat();
  const narrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const update = useUndoableUpdate(kind.resource);
  const [busy, setBusy] = useState(false);
  const now = record as unknown as Changes;
  const fields = differing(kind, record, version);
  const takeBack = async (some: Field[]) => {
    setBusy(true);
    try {
      const changes = Object.fromEntries(some.map((field) => [field.name, version.data[field.name] ?? null]));
      await update(record as never, changes, t('history.taken_back'));
      if (some.length === fields.length) onClose();
    } catch (error) {
      toasts.failed(messageOf(error, common));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      fullScreen={narrow}
      title={t('history.comparison', { date: format.dateTime(version.at) })}
      closeButtonProps={{ 'aria-label': common('actions.close') }}
    >
      <Stack gap="md">
        {fields.length === 0 ? (
          <Text>{t('history.same')}</Text>
        ) : (
          <Table.ScrollContainer minWidth={360} type="native">
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('history.field')}</Table.Th>
                  <Table.Th>{t('history.then')}</Table.Th>
                  <Table.Th>{t('history.now')}</Table.Th>
                  {editable ? <Table.Td /> : null}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {fields.map((field) => (
                  <Table.Tr key={field.name}>
                    <Table.Th scope="row" fw={600}>
                      {label(kind.resource, field.name)}
                    </Table.Th>
                    <Table.Td>
                      <FieldValue field={field} value={version.data[field.name]} plain />
                    </Table.Td>
                    <Table.Td>
                      <FieldValue field={field} value={now[field.name]} plain />
                    </Table.Td>
                    {editable ? (
                      <Table.Td ta="right">
                        <Button
                          size="compact-xs"
                          variant="default"
                          disabled={busy}
                          onClick={() => takeBack([field])}
                          aria-label={t('history.take_back_field', {
                            field: label(kind.resource, field.name),
                          })}
                        >
                          {t('history.take_back')}
                        </Button>
                      </Table.Td>
                    ) : null}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {common('actions.close')}
          </Button>
          {editable && fields.length > 0 ? (
            <Button loading={busy} onClick={() => takeBack(fields)}>
              {t('history.take_back_all')}
            </Button>
          ) : null}
        </Group>
      </Stack>
    </Modal>
  );
}
