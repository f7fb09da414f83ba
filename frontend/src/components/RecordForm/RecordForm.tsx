import { Alert, Anchor, Button, Group, Kbd, Modal, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconAlertCircle, IconChevronDown } from '@tabler/icons-react';
import { useBlocker, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FieldInput } from '@/components/fields/FieldInput';
import { toasts } from '@/components/toasts';
import type { AnyRecord } from '@/lib/api/records';
import { type Field, pageOf, titleOf } from '@/lib/kinds';
import { Companions } from './Companions';
import { isWide, layoutOf } from './layout';
import classes from './RecordForm.module.css';
import type { FormRequest } from './slot';
import { type Failure, type FormState, useRecordForm } from './useRecordForm';

/** Creates or changes a record of any kind. */
export function RecordForm({ request, onClose }: { request: FormRequest; onClose: () => void }) {
  const { kind, record } = request;
  const { t } = useTranslation(['records', 'kinds', 'common']);
  const narrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const navigate = useNavigate();
  const [leaving, setLeaving] = useState(false);
  const closed = useRef(false);
  const element = useRef<HTMLFormElement>(null);

  const close = () => {
    closed.current = true;
    onClose();
  };
  const saved = (made: AnyRecord) => {
    close();
    const title = titleOf(kind, made);
    toasts.done(t(record ? 'records:form.saved' : 'records:form.created', { title }));
    const page = pageOf(kind.resource, made.id);
    if (!record && !request.onDone && page) void navigate({ to: page });
  };
  const form = useRecordForm(request, saved);
  const guarded = form.dirty || form.half;
  const blocked = useBlocker({
    shouldBlockFn: () => guarded && !closed.current,
    enableBeforeUnload: () => guarded && !closed.current,
    withResolver: true,
  });
  const asked = leaving || blocked.status === 'blocked';
  const leave = () => (guarded ? setLeaving(true) : close());

  // biome-ignore lint/correctness/useExhaustiveDependencies: new errors move the focus to the first of them
  useEffect(() => {
    element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [form.errors]);

  const abandon = () => {
    close();
    if (blocked.status === 'blocked') blocked.proceed();
  };
  const stay = () => {
    setLeaving(false);
    if (blocked.status === 'blocked') blocked.reset();
  };

  return (
    <Modal
      opened
      onClose={leave}
      size="xl"
      fullScreen={narrow}
      title={
        record ? t('records:form.edit', { title: titleOf(kind, record) }) : t(`kinds:${kind.resource}.new`)
      }
      closeButtonProps={{ 'aria-label': t('common:actions.close') }}
      classNames={{ title: classes.title, body: classes.body, content: classes.content }}
    >
      <form
        ref={element}
        noValidate
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          void form.submit();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void form.submit();
          }
        }}
      >
        <div className={classes.fields}>
          {form.failure ? <Refused failure={form.failure} half={form.half} /> : null}
          {form.half ? null : <Fields request={request} form={form} />}
          {record ? null : <Companions kind={kind} form={form} />}
        </div>
        <div className={classes.footer}>
          {asked ? (
            <Leaving half={form.half} onAbandon={abandon} onStay={stay} />
          ) : (
            <>
              <Text c="dimmed" size="xs" visibleFrom="sm">
                <Kbd size="xs">Ctrl</Kbd> + <Kbd size="xs">{t('records:form.enter')}</Kbd>{' '}
                {t('records:form.to_save')}
              </Text>
              <Group gap="xs" ml="auto">
                <Button variant="default" onClick={leave}>
                  {t('common:actions.cancel')}
                </Button>
                <Button type="submit" loading={form.busy}>
                  {t(record ? 'common:actions.save' : 'common:actions.create')}
                </Button>
              </Group>
            </>
          )}
        </div>
      </form>
    </Modal>
  );
}

function Fields({ request, form }: { request: FormRequest; form: FormState }) {
  const { t } = useTranslation(['records', 'fields']);
  const { first, rest } = layoutOf(request.kind);
  const [all, setAll] = useState(false);
  const wrong = rest.some(({ fields }) => fields.some((field) => form.errors[field.name]));
  const shown = all || wrong;
  const hidden = rest.reduce((count, { fields }) => count + fields.length, 0);
  return (
    <>
      <Grid request={request} form={form} fields={first} isFirst />
      {hidden > 0 && !shown ? (
        <Button
          variant="subtle"
          size="sm"
          leftSection={<IconChevronDown size={16} />}
          onClick={() => setAll(true)}
          className={classes.more}
        >
          {t('records:form.more', { count: hidden })}
        </Button>
      ) : null}
      {shown
        ? rest.map(({ group, fields }) => (
            <section key={group} aria-label={t(`fields:groups.${group}` as never)}>
              <Title order={3} size="h6" mb="xs">
                {t(`fields:groups.${group}` as never)}
              </Title>
              <Grid request={request} form={form} fields={fields} />
            </section>
          ))
        : null}
    </>
  );
}

function Grid(props: { request: FormRequest; form: FormState; fields: Field[]; isFirst?: boolean }) {
  const { request, form, fields, isFirst = false } = props;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm" verticalSpacing="sm">
      {fields.map((field, place) => (
        <div key={field.name} className={isWide(field, isFirst) ? classes.wide : undefined}>
          <FieldInput
            resource={request.kind.resource}
            field={field}
            value={form.values[field.name]}
            onChange={(value) => form.set(field.name, value)}
            error={form.errors[field.name]}
            autoFocus={isFirst && place === 0}
          />
        </div>
      ))}
    </SimpleGrid>
  );
}

function Refused({ failure, half }: { failure: Failure; half: boolean }) {
  const { t } = useTranslation('records');
  const page = failure.other ? pageOf(failure.other.resource, failure.other.id) : null;
  return (
    <Alert color="red" icon={<IconAlertCircle size={18} />} role="alert">
      <Stack gap={4}>
        {half ? <Text size="sm">{t('form.half')}</Text> : null}
        <Text size="sm">{failure.message}</Text>
        {page ? (
          <Anchor href={page} target="_blank" rel="noopener" size="sm">
            {t('form.see_existing')}
          </Anchor>
        ) : null}
      </Stack>
    </Alert>
  );
}

function Leaving({ half, onAbandon, onStay }: { half: boolean; onAbandon: () => void; onStay: () => void }) {
  const { t } = useTranslation('records');
  return (
    <Group role="alertdialog" aria-label={t('leave.title')} gap="xs" w="100%" justify="space-between">
      <Text size="sm" fw={600}>
        {t(half ? 'leave.half' : 'leave.title')}
      </Text>
      <Group gap="xs" ml="auto">
        <Button variant="default" onClick={onStay} autoFocus>
          {t('leave.stay')}
        </Button>
        <Button color="red" onClick={onAbandon}>
          {t('leave.abandon')}
        </Button>
      </Group>
    </Group>
  );
}
