import type { Changes, Resource } from '@/lib/api/records';
import type { Field, KindOf } from '@/lib/kinds';

/** What a form asks at once, in this order; everything else waits behind "more fields". */
const FIRST: Partial<Record<Resource, readonly string[]>> = {
  organisations: [
    'name',
    'type',
    'category',
    'pipeline_stage',
    'potential_amount',
    'email',
    'phone',
    'city',
    'country_code',
  ],
  people: ['last_name', 'first_name', 'role', 'email', 'phone', 'mobile'],
  interactions: [
    'subject',
    'type',
    'occurred_at',
    'organisation_id',
    'person_id',
    'direction',
    'next_action_at',
    'content',
  ],
  tasks: [
    'title',
    'due_date',
    'priority',
    'assigned_to',
    'status',
    'organisation_id',
    'person_id',
    'description',
  ],
  'person-organisation-links': ['person_id', 'organisation_id', 'role', 'is_primary', 'job_title'],
};

const WIDE = new Set<Field['type']>(['longtext', 'tags', 'texts', 'enums']);

export function isWide(field: Field, first: boolean): boolean {
  return WIDE.has(field.type) || (first && Boolean(field.required) && field.type === 'text');
}

export interface Layout {
  first: Field[];
  /** The rest by group, groups without a field left out. */
  rest: { group: string; fields: Field[] }[];
}

export function layoutOf(kind: KindOf): Layout {
  const asked = kind.fields.filter((field) => field.group !== null && !field.computed);
  const names =
    FIRST[kind.resource] ?? asked.filter((one) => one.required || one.usual).map((one) => one.name);
  const first = names.flatMap((name) => asked.filter((field) => field.name === name));
  const rest = kind.groups
    .map((group) => ({
      group,
      fields: asked.filter((field) => field.group === group && !first.includes(field)),
    }))
    .filter(({ fields }) => fields.length > 0);
  return { first, rest };
}

/** What a new record starts with: what the API would choose, shown so that it can be seen and changed. */
export function startOf(kind: KindOf, userId: string): Changes {
  switch (kind.resource) {
    case 'organisations':
      return { type: 'client', pipeline_stage: 'prospect', is_active: true, owner_id: userId };
    case 'people':
      return { owner_id: userId };
    case 'interactions':
      return { type: 'phone', status: 'done', occurred_at: new Date().toISOString(), owner_id: userId };
    case 'tasks':
      return { status: 'todo', priority: 'normal', assigned_to: userId, owner_id: userId };
    case 'person-organisation-links':
      return { role: 'autre', is_primary: false };
    default:
      return {};
  }
}
