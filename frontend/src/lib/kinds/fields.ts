import type { Resource } from '../api/records';

export type FieldType =
  | 'text'
  | 'longtext'
  | 'email'
  | 'phone'
  | 'url'
  | 'enum'
  | 'enums'
  | 'tags'
  | 'texts'
  | 'money'
  | 'integer'
  | 'percent'
  | 'rate'
  | 'date'
  | 'datetime'
  | 'boolean'
  | 'country'
  | 'language'
  | 'record'
  | 'records';

/** The sets of literal values of the API; their labels are in `locales/*\/enums.json` under the same names. */
export const ENUMS = {
  organisation_type: ['client', 'fournisseur', 'distributeur', 'emetteur', 'autre'],
  category: ['Institution', 'Wholesale', 'SDG', 'CGPI', 'Startup', 'Corporation', 'Autres'],
  pipeline_stage: ['prospect', 'qualification', 'proposition', 'negociation', 'signe', 'perdu', 'inactif'],
  link_role: ['contact_principal', 'contact_secondaire', 'decideur', 'technique', 'administratif', 'autre'],
  interaction_type: ['email', 'phone', 'meeting', 'visio', 'note', 'linkedin', 'other'],
  interaction_status: ['todo', 'in_progress', 'done'],
  direction: ['inbound', 'outbound'],
  task_status: ['todo', 'doing', 'done', 'cancelled'],
  priority: ['low', 'normal', 'high', 'urgent'],
  produit_type: ['OPCVM', 'FCP', 'SICAV', 'ETF', 'FondsAlternatif', 'SCPI', 'Autre'],
  produit_status: ['actif', 'inactif', 'en_attente'],
  mandat_status: ['propose', 'signe', 'actif', 'termine'],
} as const;

export type EnumName = keyof typeof ENUMS;

/** How a field is shown, asked for and filtered. Its label is `fields:<resource>.<name>`. */
export interface Field {
  name: string;
  type: FieldType;
  /** The group of the record page and the form it stands in; null keeps it out of both. */
  group: string | null;
  values?: EnumName;
  /** What a `record` or `records` field points to. */
  of?: Resource;
  required?: boolean;
  /** It always has a value: the API gives one when none is sent, and takes no empty one. */
  filled?: boolean;
  /** The API sets it; people cannot. */
  computed?: boolean;
  /** A column of the list unless the user chooses others. */
  usual?: boolean;
  /** Counted by value beside the list. */
  facet?: boolean;
  /** Can be changed in the list itself. */
  quick?: boolean;
}

/** What the generic list, record page and form need to know of a kind of record. */
export interface KindOf<R extends Resource = Resource> {
  resource: R;
  /** The name of the kind in searches, timelines and notifications. */
  kind: string;
  /** Prefix of its permissions. */
  permission: string;
  /** The field that names a record, as lists and links show it. */
  title: string;
  usualSort: string;
  groups: readonly string[];
  fields: readonly Field[];
}

export function fieldOf(kind: KindOf, name: string): Field | undefined {
  return kind.fields.find((field) => field.name === name);
}
