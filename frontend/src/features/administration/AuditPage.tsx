import { Badge, Code, Collapse, Group, Paper, Select, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { FieldValue } from '@/components/fields/FieldValue';
import { useFieldLabel } from '@/components/fields/labels';
import { PageHeader } from '@/components/PageHeader';
import { usePermissionLabel } from '@/components/permissions';
import { api, bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { fieldOf, KINDS, kindNamed } from '@/lib/kinds';
import { About, Actor, Circumstances, Trail, TrailFilters, trailSearch } from './trail';

type Entry = components['schemas']['AuditItem'];

const route = getRouteApi('/shell/settings/audit');
const NAMES = ['actor_id', 'kind', 'record_id', 'action', 'outcome', 'at__gte', 'at__lte'] as const;
const OUTCOMES = ['done', 'denied'] as const;
const VERBS = ['create', 'update', 'delete', 'restore', 'export'] as const;
const SPECIAL = [
  'user.login',
  'user.login_code',
  'user.invite',
  'user.update_profile',
  'invitation.accept',
  'password.change',
  'password.forgot',
  'password.reset',
  'totp.setup',
  'totp.enable',
  'totp.disable',
  'totp.reset',
  'totp.new_recovery_codes',
  'session.end',
  'session.end_all',
  'api_key.create',
  'api_key.update',
  'api_key.revoke',
] as const;
/** Ids that mean nothing to a reader. */
const UNSHOWN = new Set(['session', 'key', 'path']);

export function AuditPage() {
  const { t } = useTranslation('administration');
  const { t: common } = useTranslation();
  const navigate = route.useNavigate();
  const search = trailSearch(route.useSearch(), NAMES);
  const label = useActionLabel();
  const change = (part: Record<string, string | undefined>) =>
    void navigate({ search: { ...search, ...part }, replace: true });
  const actions = [
    ...SPECIAL,
    ...Object.values(KINDS).flatMap((kind) => VERBS.map((verb) => `${kind.kind}.${verb}`)),
  ];
  const clearable = { clearable: true, clearButtonProps: { 'aria-label': common('actions.clear') } };
  return (
    <Stack gap={0} maw={1100}>
      <PageHeader title={t('audit.title')} subtitle={t('audit.text')} />
      <TrailFilters search={search} onChange={change}>
        <Select
          label={t('audit.action')}
          data={actions.map((value) => ({ value, label: label(value) }))}
          value={search.action ?? null}
          onChange={(action) => change({ action: action ?? undefined })}
          searchable
          {...clearable}
        />
        <Select
          label={t('audit.outcome')}
          data={OUTCOMES.map((value) => ({ value, label: t(`audit.outcomes.${value}`) }))}
          value={search.outcome ?? null}
          onChange={(outcome) => change({ outcome: outcome ?? undefined })}
          {...clearable}
        />
      </TrailFilters>
      <Trail<Entry>
        label={t('audit.title')}
        empty={t('audit.empty')}
        queryKey={['audit', search]}
        ask={(cursor, signal) =>
          bodyOf(
            api.GET('/v1/audit', { params: { query: { ...search, cursor, limit: 50 } as object }, signal }),
          )
        }
        entry={(entry) => <Line entry={entry} />}
      />
    </Stack>
  );
}

/** `organisation.update` in words; an action that has none is shown as the API names it. */
function useActionLabel(): (action: string) => string {
  const { t } = useTranslation('administration');
  const { t: kinds } = useTranslation('kinds');
  return (action) => {
    if ((SPECIAL as readonly string[]).includes(action))
      return t(`audit.actions.${action.replace('.', '_')}` as never);
    if (/^[A-Z]+ \//.test(action)) return t('audit.request', { request: action });
    const [name = '', verb = ''] = action.split('.');
    const kind = kindNamed(name);
    if (!kind || !(VERBS as readonly string[]).includes(verb)) return action;
    const verbLabel = t(`audit.verbs.${verb}` as never) as string;
    return t('audit.actionOnKind', { kind: kinds(`${kind.resource}.one`), verb: verbLabel });
  };
}

const COLOURS: Record<string, string> = {
  done: 'green',
  denied: 'red',
  throttled: 'orange',
  code_needed: 'gray',
};

function Line({ entry }: { entry: Entry }) {
  const { t } = useTranslation('administration');
  const label = useActionLabel();
  const [opened, { toggle }] = useDisclosure();
  const changed = Object.entries(entry.changes).filter(([name]) => !UNSHOWN.has(name));
  const outcome = t(`audit.outcomes.${entry.outcome}` as never, { defaultValue: entry.outcome }) as string;
  const head = (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <span style={{ width: 18, flex: 'none', lineHeight: 1.4 }} aria-hidden>
        {changed.length === 0 ? null : opened ? (
          <IconChevronDown size={16} />
        ) : (
          <IconChevronRight size={16} />
        )}
      </span>
      <Group gap="xs" style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
        <Text fw={600} size="sm">
          {label(entry.action)}
        </Text>
        <Badge color={COLOURS[entry.outcome] ?? 'gray'} variant="light" tt="none" size="sm">
          {outcome}
        </Badge>
      </Group>
    </Group>
  );
  return (
    <Paper withBorder p="sm" mb="xs">
      {changed.length ? (
        <UnstyledButton onClick={toggle} aria-expanded={opened} w="100%">
          {head}
        </UnstyledButton>
      ) : (
        head
      )}
      <Stack gap={2} pl={26}>
        <Text size="sm" component="div">
          <Actor id={entry.actor_id} />
          {entry.kind ? (
            <>
              {' → '}
              <About kind={entry.kind} id={entry.record_id} />
            </>
          ) : null}
        </Text>
        <Circumstances at={entry.at} ip={entry.ip} via={entry.via} />
        {changed.length ? (
          <Collapse expanded={opened}>{opened ? <Changes entry={entry} changed={changed} /> : null}</Collapse>
        ) : null}
      </Stack>
    </Paper>
  );
}

function Changes({ entry, changed }: { entry: Entry; changed: [string, unknown][] }) {
  const { t } = useTranslation('administration');
  const fieldLabel = useFieldLabel();
  const kind = entry.kind ? kindNamed(entry.kind) : undefined;
  const nameOf = (name: string) =>
    kind && fieldOf(kind, name)
      ? fieldLabel(kind.resource, name)
      : (t(`audit.fields.${name}` as never, { defaultValue: name }) as string);
  return (
    <table className="trail-changes">
      <thead>
        <tr>
          <th scope="col">{t('audit.field')}</th>
          <th scope="col">{t('audit.before')}</th>
          <th scope="col">{t('audit.after')}</th>
        </tr>
      </thead>
      <tbody>
        {changed.map(([name, change]) => {
          const [before, after] = Array.isArray(change) && change.length === 2 ? change : [null, change];
          return (
            <tr key={name}>
              <th scope="row">{nameOf(name)}</th>
              <td className="trail-old">
                <Value entry={entry} name={name} value={before} other={after} />
              </td>
              <td>
                <Value entry={entry} name={name} value={after} other={before} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** Of long lists only what the other side lacks is of interest. */
function Value({
  entry,
  name,
  value,
  other,
}: {
  entry: Entry;
  name: string;
  value: unknown;
  other: unknown;
}) {
  const { t } = useTranslation('administration');
  const permission = usePermissionLabel();
  const kind = entry.kind ? kindNamed(entry.kind) : undefined;
  const field = kind ? fieldOf(kind, name) : undefined;
  if (field) return <FieldValue field={field} value={value} plain />;
  if (value === null || value === undefined || value === '') return <span>—</span>;
  if (Array.isArray(value)) {
    const rest = Array.isArray(other) ? value.filter((one) => !other.includes(one)) : value;
    if (rest.length === 0) return <span>{t('audit.same')}</span>;
    return (
      <span>
        {rest.map((one) => (PERMISSION.test(String(one)) ? permission(String(one)) : String(one))).join(', ')}
      </span>
    );
  }
  if (typeof value === 'object') return <Code>{JSON.stringify(value)}</Code>;
  const text = String(value);
  if (PERMISSION.test(text)) return <span>{permission(text)}</span>;
  return <span>{t(`audit.values.${text}` as never, { defaultValue: text }) as string}</span>;
}

const PERMISSION = /^[a-z]+:[a-z]+$/;
