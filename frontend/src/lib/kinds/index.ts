import type { Resource } from '../api/records';
import type { Field, KindOf } from './fields';

export { ENUMS, type EnumName, type Field, type FieldType, fieldOf, type KindOf } from './fields';

const bookkeeping: readonly Field[] = [
  { name: 'created_at', type: 'datetime', group: null, computed: true },
  { name: 'updated_at', type: 'datetime', group: null, computed: true },
  { name: 'deleted_at', type: 'datetime', group: null, computed: true },
];

const ownership: readonly Field[] = [
  { name: 'owner_id', type: 'record', of: 'users', group: 'ownership', quick: true, facet: true },
  { name: 'team_id', type: 'record', of: 'teams', group: 'ownership', facet: true },
];

export const ORGANISATIONS: KindOf<'organisations'> = {
  resource: 'organisations',
  kind: 'organisation',
  permission: 'organisations',
  title: 'name',
  usualSort: 'name',
  groups: ['main', 'deal', 'contact', 'finance', 'consent', 'ownership'],
  fields: [
    { name: 'name', type: 'text', group: 'main', required: true, usual: true },
    {
      name: 'type',
      type: 'enum',
      values: 'organisation_type',
      group: 'main',
      filled: true,
      usual: true,
      facet: true,
      quick: true,
    },
    {
      name: 'category',
      type: 'enum',
      values: 'category',
      group: 'main',
      usual: true,
      facet: true,
      quick: true,
    },
    { name: 'roles', type: 'enums', values: 'organisation_type', group: 'main' },
    { name: 'tags', type: 'tags', group: 'main', facet: true },
    { name: 'is_active', type: 'boolean', group: 'main', filled: true },
    { name: 'notes', type: 'longtext', group: 'main' },
    {
      name: 'pipeline_stage',
      type: 'enum',
      values: 'pipeline_stage',
      group: 'deal',
      filled: true,
      usual: true,
      facet: true,
      quick: true,
    },
    { name: 'potential_amount', type: 'money', group: 'deal', usual: true, quick: true },
    { name: 'signature_probability', type: 'percent', group: 'deal', quick: true },
    { name: 'signature_date', type: 'date', group: 'deal', quick: true },
    { name: 'email', type: 'email', group: 'contact' },
    { name: 'phone', type: 'phone', group: 'contact' },
    { name: 'website', type: 'url', group: 'contact' },
    { name: 'address', type: 'text', group: 'contact' },
    { name: 'postal_code', type: 'text', group: 'contact' },
    { name: 'city', type: 'text', group: 'contact', usual: true, facet: true, quick: true },
    { name: 'country_code', type: 'country', group: 'contact' },
    { name: 'language', type: 'language', group: 'contact' },
    { name: 'aum', type: 'money', group: 'finance' },
    { name: 'aum_date', type: 'date', group: 'finance' },
    { name: 'strategies', type: 'tags', group: 'finance', facet: true },
    { name: 'lei', type: 'text', group: 'finance' },
    { name: 'registration_number', type: 'text', group: 'finance' },
    { name: 'email_consent', type: 'boolean', group: 'consent' },
    { name: 'email_consent_at', type: 'datetime', group: 'consent' },
    { name: 'email_consent_source', type: 'text', group: 'consent' },
    ...ownership,
    { name: 'last_activity_at', type: 'datetime', group: null, computed: true, usual: true },
    ...bookkeeping,
  ],
};

export const PEOPLE: KindOf<'people'> = {
  resource: 'people',
  kind: 'person',
  permission: 'people',
  title: 'full_name',
  usualSort: 'last_name',
  groups: ['main', 'contact', 'consent', 'ownership'],
  fields: [
    { name: 'full_name', type: 'text', group: null, computed: true, usual: true },
    { name: 'first_name', type: 'text', group: 'main' },
    { name: 'last_name', type: 'text', group: 'main', required: true },
    { name: 'title', type: 'text', group: 'main', usual: true, quick: true },
    { name: 'role', type: 'text', group: 'main', facet: true, quick: true },
    { name: 'tags', type: 'tags', group: 'main', facet: true },
    { name: 'notes', type: 'longtext', group: 'main' },
    { name: 'email', type: 'email', group: 'contact', usual: true, quick: true },
    { name: 'personal_email', type: 'email', group: 'contact' },
    { name: 'phone', type: 'phone', group: 'contact', usual: true, quick: true },
    { name: 'mobile', type: 'phone', group: 'contact' },
    { name: 'linkedin_url', type: 'url', group: 'contact' },
    { name: 'country_code', type: 'country', group: 'contact', facet: true },
    { name: 'language', type: 'language', group: 'contact', facet: true },
    { name: 'marketing_consent', type: 'boolean', group: 'consent', facet: true },
    { name: 'marketing_consent_at', type: 'datetime', group: 'consent' },
    { name: 'marketing_consent_source', type: 'text', group: 'consent' },
    ...ownership,
    { name: 'last_activity_at', type: 'datetime', group: null, computed: true, usual: true },
    ...bookkeeping,
  ],
};

export const LINKS: KindOf<'person-organisation-links'> = {
  resource: 'person-organisation-links',
  kind: 'person_organisation_link',
  permission: 'people',
  title: 'person_name',
  usualSort: 'person_name',
  groups: ['main', 'contact'],
  fields: [
    { name: 'person_id', type: 'record', of: 'people', group: 'main', required: true, usual: true },
    {
      name: 'organisation_id',
      type: 'record',
      of: 'organisations',
      group: 'main',
      required: true,
      usual: true,
    },
    { name: 'role', type: 'enum', values: 'link_role', group: 'main', usual: true, facet: true },
    { name: 'is_primary', type: 'boolean', group: 'main', filled: true, usual: true },
    { name: 'job_title', type: 'text', group: 'main', usual: true },
    { name: 'work_email', type: 'email', group: 'contact' },
    { name: 'work_phone', type: 'phone', group: 'contact' },
    { name: 'start_date', type: 'date', group: 'contact' },
    { name: 'end_date', type: 'date', group: 'contact' },
    { name: 'notes', type: 'longtext', group: 'contact' },
    ...bookkeeping,
  ],
};

export const INTERACTIONS: KindOf<'interactions'> = {
  resource: 'interactions',
  kind: 'interaction',
  permission: 'interactions',
  title: 'subject',
  usualSort: '-occurred_at',
  groups: ['main', 'about', 'next', 'ownership'],
  fields: [
    { name: 'subject', type: 'text', group: 'main', required: true, usual: true },
    {
      name: 'type',
      type: 'enum',
      values: 'interaction_type',
      group: 'main',
      required: true,
      usual: true,
      facet: true,
    },
    { name: 'occurred_at', type: 'datetime', group: 'main', required: true, usual: true },
    { name: 'direction', type: 'enum', values: 'direction', group: 'main', facet: true },
    { name: 'content', type: 'longtext', group: 'main' },
    { name: 'participants', type: 'texts', group: 'main' },
    { name: 'tags', type: 'tags', group: 'main', facet: true },
    { name: 'organisation_id', type: 'record', of: 'organisations', group: 'about', usual: true },
    { name: 'person_id', type: 'record', of: 'people', group: 'about', usual: true },
    {
      name: 'status',
      type: 'enum',
      values: 'interaction_status',
      group: 'next',
      filled: true,
      usual: true,
      facet: true,
      quick: true,
    },
    { name: 'assignee_id', type: 'record', of: 'users', group: 'next', facet: true, quick: true },
    { name: 'next_action_at', type: 'datetime', group: 'next', quick: true },
    ...ownership,
    ...bookkeeping,
  ],
};

export const TASKS: KindOf<'tasks'> = {
  resource: 'tasks',
  kind: 'task',
  permission: 'tasks',
  title: 'title',
  usualSort: 'due_date',
  groups: ['main', 'about', 'ownership'],
  fields: [
    { name: 'title', type: 'text', group: 'main', required: true, usual: true },
    {
      name: 'status',
      type: 'enum',
      values: 'task_status',
      group: 'main',
      filled: true,
      usual: true,
      facet: true,
      quick: true,
    },
    {
      name: 'priority',
      type: 'enum',
      values: 'priority',
      group: 'main',
      filled: true,
      usual: true,
      facet: true,
      quick: true,
    },
    { name: 'due_date', type: 'date', group: 'main', usual: true, quick: true },
    {
      name: 'assigned_to',
      type: 'record',
      of: 'users',
      group: 'main',
      usual: true,
      facet: true,
      quick: true,
    },
    { name: 'category', type: 'text', group: 'main', facet: true, quick: true },
    { name: 'description', type: 'longtext', group: 'main' },
    { name: 'tags', type: 'tags', group: 'main', facet: true },
    { name: 'organisation_id', type: 'record', of: 'organisations', group: 'about', usual: true },
    { name: 'person_id', type: 'record', of: 'people', group: 'about' },
    ...ownership,
    { name: 'completed_at', type: 'datetime', group: null, computed: true },
    ...bookkeeping,
  ],
};

export const PRODUITS: KindOf<'produits'> = {
  resource: 'produits',
  kind: 'produit',
  permission: 'produits',
  title: 'name',
  usualSort: 'name',
  groups: ['main', 'finance', 'ownership'],
  fields: [
    { name: 'name', type: 'text', group: 'main', required: true, usual: true },
    { name: 'isin', type: 'text', group: 'main', usual: true },
    {
      name: 'type',
      type: 'enum',
      values: 'produit_type',
      group: 'main',
      filled: true,
      usual: true,
      facet: true,
      quick: true,
    },
    {
      name: 'status',
      type: 'enum',
      values: 'produit_status',
      group: 'main',
      filled: true,
      usual: true,
      facet: true,
      quick: true,
    },
    { name: 'issuer_id', type: 'record', of: 'organisations', group: 'main', usual: true },
    { name: 'tags', type: 'tags', group: 'main', facet: true },
    { name: 'notes', type: 'longtext', group: 'main' },
    { name: 'aum', type: 'money', group: 'finance', usual: true },
    { name: 'aum_date', type: 'date', group: 'finance' },
    { name: 'strategies', type: 'tags', group: 'finance', facet: true, usual: true },
    ...ownership,
    ...bookkeeping,
  ],
};

export const MANDATS: KindOf<'mandats'> = {
  resource: 'mandats',
  kind: 'mandat',
  permission: 'mandats',
  title: 'name',
  usualSort: 'date_fin',
  groups: ['main', 'term', 'ownership'],
  fields: [
    { name: 'name', type: 'text', group: 'main', required: true, usual: true },
    {
      name: 'organisation_id',
      type: 'record',
      of: 'organisations',
      group: 'main',
      required: true,
      usual: true,
    },
    {
      name: 'status',
      type: 'enum',
      values: 'mandat_status',
      group: 'main',
      filled: true,
      usual: true,
      facet: true,
      quick: true,
    },
    { name: 'produit_ids', type: 'records', of: 'produits', group: 'main', usual: true },
    { name: 'tags', type: 'tags', group: 'main', facet: true },
    { name: 'notes', type: 'longtext', group: 'main' },
    { name: 'date_signature', type: 'date', group: 'term' },
    { name: 'date_debut', type: 'date', group: 'term', usual: true },
    { name: 'date_fin', type: 'date', group: 'term', usual: true },
    { name: 'commission_percentage', type: 'rate', group: 'term', usual: true },
    ...ownership,
    ...bookkeeping,
  ],
};

export const CONTRACTS: KindOf<'contracts'> = {
  resource: 'contracts',
  kind: 'contract',
  permission: 'contracts',
  title: 'name',
  usualSort: '-created_at',
  groups: ['main', 'amounts', 'ownership'],
  fields: [
    { name: 'name', type: 'text', group: 'main', required: true, usual: true },
    {
      name: 'organisation_id',
      type: 'record',
      of: 'organisations',
      group: 'main',
      required: true,
      usual: true,
    },
    { name: 'client_contact_id', type: 'record', of: 'people', group: 'main' },
    { name: 'sales_contact_id', type: 'record', of: 'users', group: 'main', usual: true, facet: true },
    { name: 'signed', type: 'boolean', group: 'main', filled: true, usual: true, facet: true, quick: true },
    { name: 'signed_at', type: 'datetime', group: 'main' },
    { name: 'tags', type: 'tags', group: 'main', facet: true },
    { name: 'notes', type: 'longtext', group: 'main' },
    { name: 'total_amount', type: 'money', group: 'amounts', required: true, usual: true },
    { name: 'amount_due', type: 'money', group: 'amounts', usual: true, quick: true },
    ...ownership,
    ...bookkeeping,
  ],
};

export const EVENTS: KindOf<'events'> = {
  resource: 'events',
  kind: 'event',
  permission: 'events',
  title: 'name',
  usualSort: 'start_at',
  groups: ['main', 'place', 'ownership'],
  fields: [
    { name: 'name', type: 'text', group: 'main', required: true, usual: true },
    {
      name: 'organisation_id',
      type: 'record',
      of: 'organisations',
      group: 'main',
      required: true,
      usual: true,
    },
    { name: 'contract_id', type: 'record', of: 'contracts', group: 'main', required: true },
    { name: 'client_contact_id', type: 'record', of: 'people', group: 'main' },
    {
      name: 'support_contact_id',
      type: 'record',
      of: 'users',
      group: 'main',
      usual: true,
      facet: true,
      quick: true,
    },
    { name: 'tags', type: 'tags', group: 'main', facet: true },
    { name: 'notes', type: 'longtext', group: 'main' },
    { name: 'start_at', type: 'datetime', group: 'place', required: true, usual: true },
    { name: 'end_at', type: 'datetime', group: 'place', required: true },
    { name: 'location', type: 'text', group: 'place', usual: true, quick: true },
    { name: 'attendees', type: 'integer', group: 'place', usual: true, quick: true },
    ...ownership,
    ...bookkeeping,
  ],
};

export const USERS: KindOf<'users'> = {
  resource: 'users',
  kind: 'user',
  permission: 'users',
  title: 'username',
  usualSort: 'username',
  groups: ['main', 'access'],
  fields: [
    { name: 'username', type: 'text', group: 'main', required: true, usual: true },
    { name: 'email', type: 'email', group: 'main', required: true, usual: true },
    { name: 'first_name', type: 'text', group: 'main' },
    { name: 'last_name', type: 'text', group: 'main' },
    { name: 'phone', type: 'phone', group: 'main' },
    { name: 'role', type: 'record', of: 'roles', group: 'access', required: true, usual: true, facet: true },
    { name: 'team_id', type: 'record', of: 'teams', group: 'access', usual: true, facet: true },
    { name: 'is_active', type: 'boolean', group: 'access', filled: true, usual: true, facet: true },
    { name: 'totp_enabled', type: 'boolean', group: null, computed: true, usual: true },
    { name: 'last_login_at', type: 'datetime', group: null, computed: true, usual: true },
    ...bookkeeping,
  ],
};

export const TEAMS: KindOf<'teams'> = {
  resource: 'teams',
  kind: 'team',
  permission: 'teams',
  title: 'name',
  usualSort: 'name',
  groups: ['main'],
  fields: [
    { name: 'name', type: 'text', group: 'main', required: true, usual: true },
    { name: 'description', type: 'longtext', group: 'main', usual: true },
    ...bookkeeping,
  ],
};

export const ROLES: KindOf<'roles'> = {
  resource: 'roles',
  kind: 'role',
  permission: 'roles',
  title: 'name',
  usualSort: 'name',
  groups: ['main'],
  fields: [{ name: 'name', type: 'text', group: 'main', required: true, usual: true }, ...bookkeeping],
};

export const KINDS: { [R in Resource]: KindOf<R> } = {
  organisations: ORGANISATIONS,
  people: PEOPLE,
  'person-organisation-links': LINKS,
  interactions: INTERACTIONS,
  tasks: TASKS,
  produits: PRODUITS,
  mandats: MANDATS,
  contracts: CONTRACTS,
  events: EVENTS,
  users: USERS,
  teams: TEAMS,
  roles: ROLES,
};

/** The kind by the name that searches, timelines and notifications use. */
export function kindNamed(name: string): KindOf | undefined {
  return Object.values(KINDS).find((kind) => kind.kind === name);
}

/** The name a record goes by. Users go by first and last name where they have any. */
export function titleOf(kind: KindOf, record: object): string {
  const fields = record as Record<string, unknown>;
  if (kind.resource === 'users') {
    const name = [fields.first_name, fields.last_name].filter(Boolean).join(' ');
    return name || String(fields.username ?? '');
  }
  return String(fields[kind.title] ?? '');
}

const PAGES: Partial<Record<Resource, string>> = {
  organisations: '/organisations',
  people: '/people',
  interactions: '/interactions',
  tasks: '/tasks',
  produits: '/produits',
  mandats: '/mandats',
  contracts: '/contracts',
  events: '/events',
};

/** The path of a record's page, or null where the kind has none. */
export function pageOf(resource: Resource, id: string): string | null {
  const list = PAGES[resource];
  return list ? `${list}/${id}` : null;
}
