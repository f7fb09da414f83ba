/** The order in which permissions are shown; what the API adds later comes last. */
const RESOURCES = [
  'organisations',
  'people',
  'interactions',
  'tasks',
  'mandats',
  'produits',
  'contracts',
  'events',
  'campaigns',
  'workflows',
  'webhooks',
  'documents',
  'users',
  'teams',
  'roles',
  'settings',
  'reports',
];
const ACTIONS = ['create', 'read', 'update', 'delete', 'export', 'import', 'manage'];

function ordered(found: Iterable<string>, order: readonly string[]): string[] {
  const place = (one: string) => (order.includes(one) ? order.indexOf(one) : order.length);
  return [...new Set(found)].sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}

/** The resources and actions that occur in permissions such as `organisations:read`. */
export function partsOf(permissions: readonly string[]): { resources: string[]; actions: string[] } {
  const parts = permissions.map((permission) => permission.split(':'));
  return {
    resources: ordered(
      parts.map(([resource = '']) => resource),
      RESOURCES,
    ),
    actions: ordered(
      parts.map(([, action = '']) => action),
      ACTIONS,
    ),
  };
}
