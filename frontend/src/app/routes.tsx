import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  lazyRouteComponent,
  Outlet,
  redirect,
  type SearchSchemaInput,
} from '@tanstack/react-router';
import { speakOfEverything } from '@/lib/i18n';
import { type ListSearch, validateListSearch } from '@/lib/listSearch';
import { session } from '@/lib/session';
import { needs } from './needs';

/** The table of pages. Each one's code is loaded when it is first opened. */

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Outlet });

const text = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined);
/** Only ways inside this application: `//elsewhere` and `https://…` are dropped. */
const inside = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\/(?![/\\])/.test(value) ? value : undefined;

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (raw: { next?: unknown } & SearchSchemaInput) => ({ next: inside(raw.next) }),
  beforeLoad: async ({ search }) => {
    if ((await session.resume()).status === 'signed_in') throw redirect({ href: search.next ?? '/' });
  },
  component: lazyRouteComponent(() => import('@/features/auth/LoginPage'), 'LoginPage'),
});

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: '/forgot-password',
  component: lazyRouteComponent(() => import('@/features/auth/ForgotPasswordPage'), 'ForgotPasswordPage'),
});

// The mails carry their token behind `#`, where no server and no log sees it.
const resetPassword = createRoute({
  getParentRoute: () => root,
  path: '/reset-password',
  component: lazyRouteComponent(() => import('@/features/auth/NewPasswordPage'), 'ResetPasswordPage'),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(() => import('@/features/auth/NewPasswordPage'), 'InvitationPage'),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: async ({ location }) => {
    const [{ status }] = await Promise.all([session.resume(), speakOfEverything()]);
    if (status === 'anonymous') {
      throw redirect({ to: '/login', search: { next: location.href === '/' ? undefined : location.href } });
    }
  },
  component: lazyRouteComponent(() => import('./shell/Shell'), 'Shell'),
});

const listSearch = (raw: ListSearch & SearchSchemaInput): ListSearch => validateListSearch(raw);

const dashboard = createRoute({
  getParentRoute: () => shell,
  path: '/',
  component: lazyRouteComponent(() => import('@/features/dashboard/DashboardPage'), 'DashboardPage'),
});

const organisations = createRoute({
  getParentRoute: () => shell,
  path: '/organisations',
  beforeLoad: needs('organisations:read'),
  validateSearch: listSearch,
  component: lazyRouteComponent(
    () => import('@/features/organisations/OrganisationsPage'),
    'OrganisationsPage',
  ),
});

const organisation = createRoute({
  getParentRoute: () => shell,
  path: '/organisations/$id',
  beforeLoad: needs('organisations:read'),
  validateSearch: (raw: { tab?: unknown } & SearchSchemaInput) => ({ tab: text(raw.tab) }),
  component: lazyRouteComponent(
    () => import('@/features/organisations/OrganisationPage'),
    'OrganisationPage',
  ),
});

const people = createRoute({
  getParentRoute: () => shell,
  path: '/people',
  beforeLoad: needs('people:read'),
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/people/PeoplePage'), 'PeoplePage'),
});

const person = createRoute({
  getParentRoute: () => shell,
  path: '/people/$id',
  beforeLoad: needs('people:read'),
  validateSearch: (raw: { tab?: unknown } & SearchSchemaInput) => ({ tab: text(raw.tab) }),
  component: lazyRouteComponent(() => import('@/features/people/PersonPage'), 'PersonPage'),
});

const interactions = createRoute({
  getParentRoute: () => shell,
  path: '/interactions',
  beforeLoad: needs('interactions:read'),
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/interactions/InteractionsPage'), 'InteractionsPage'),
});

const interaction = createRoute({
  getParentRoute: () => shell,
  path: '/interactions/$id',
  beforeLoad: needs('interactions:read'),
  validateSearch: (raw: { tab?: unknown } & SearchSchemaInput) => ({ tab: text(raw.tab) }),
  component: lazyRouteComponent(() => import('@/features/interactions/InteractionPage'), 'InteractionPage'),
});

const tasks = createRoute({
  getParentRoute: () => shell,
  path: '/tasks',
  beforeLoad: needs('tasks:read'),
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/tasks/TasksPage'), 'TasksPage'),
});

const task = createRoute({
  getParentRoute: () => shell,
  path: '/tasks/$id',
  beforeLoad: needs('tasks:read'),
  validateSearch: (raw: { tab?: unknown } & SearchSchemaInput) => ({ tab: text(raw.tab) }),
  component: lazyRouteComponent(() => import('@/features/tasks/TaskPage'), 'TaskPage'),
});

const produits = createRoute({
  getParentRoute: () => shell,
  path: '/produits',
  beforeLoad: needs('produits:read'),
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/produits/ProduitsPage'), 'ProduitsPage'),
});

const produit = createRoute({
  getParentRoute: () => shell,
  path: '/produits/$id',
  beforeLoad: needs('produits:read'),
  validateSearch: (raw: { tab?: unknown } & SearchSchemaInput) => ({ tab: text(raw.tab) }),
  component: lazyRouteComponent(() => import('@/features/produits/ProduitPage'), 'ProduitPage'),
});

const mandats = createRoute({
  getParentRoute: () => shell,
  path: '/mandats',
  beforeLoad: needs('mandats:read'),
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/mandats/MandatsPage'), 'MandatsPage'),
});

const mandat = createRoute({
  getParentRoute: () => shell,
  path: '/mandats/$id',
  beforeLoad: needs('mandats:read'),
  validateSearch: (raw: { tab?: unknown } & SearchSchemaInput) => ({ tab: text(raw.tab) }),
  component: lazyRouteComponent(() => import('@/features/mandats/MandatPage'), 'MandatPage'),
});

const contracts = createRoute({
  getParentRoute: () => shell,
  path: '/contracts',
  beforeLoad: needs('contracts:read'),
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/contracts/ContractsPage'), 'ContractsPage'),
});

const contract = createRoute({
  getParentRoute: () => shell,
  path: '/contracts/$id',
  beforeLoad: needs('contracts:read'),
  validateSearch: (raw: { tab?: unknown } & SearchSchemaInput) => ({ tab: text(raw.tab) }),
  component: lazyRouteComponent(() => import('@/features/contracts/ContractPage'), 'ContractPage'),
});

const events = createRoute({
  getParentRoute: () => shell,
  path: '/events',
  beforeLoad: needs('events:read'),
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/events/EventsPage'), 'EventsPage'),
});

const event = createRoute({
  getParentRoute: () => shell,
  path: '/events/$id',
  beforeLoad: needs('events:read'),
  validateSearch: (raw: { tab?: unknown } & SearchSchemaInput) => ({ tab: text(raw.tab) }),
  component: lazyRouteComponent(() => import('@/features/events/EventPage'), 'EventPage'),
});

const pipeline = createRoute({
  getParentRoute: () => shell,
  path: '/pipeline',
  beforeLoad: needs('organisations:read'),
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/pipeline/PipelinePage'), 'PipelinePage'),
});

const search = createRoute({
  getParentRoute: () => shell,
  path: '/search',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/search/SearchPage'), 'SearchPage'),
});

const notifications = createRoute({
  getParentRoute: () => shell,
  path: '/notifications',
  component: lazyRouteComponent(
    () => import('@/features/notifications/NotificationsPage'),
    'NotificationsPage',
  ),
});

const trash = createRoute({
  getParentRoute: () => shell,
  path: '/trash',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/trash/TrashPage'), 'TrashPage'),
});

const help = createRoute({
  getParentRoute: () => shell,
  path: '/help',
  component: lazyRouteComponent(() => import('@/features/help/HelpPage'), 'HelpPage'),
});

const profile = createRoute({
  getParentRoute: () => shell,
  path: '/settings/profile',
  component: lazyRouteComponent(() => import('@/features/settings/ProfilePage'), 'ProfilePage'),
});

const security = createRoute({
  getParentRoute: () => shell,
  path: '/settings/security',
  component: lazyRouteComponent(() => import('@/features/settings/SecurityPage'), 'SecurityPage'),
});

const apiKeys = createRoute({
  getParentRoute: () => shell,
  path: '/settings/api-keys',
  component: lazyRouteComponent(() => import('@/features/settings/ApiKeysPage'), 'ApiKeysPage'),
});

const users = createRoute({
  getParentRoute: () => shell,
  path: '/settings/users',
  beforeLoad: needs('users:read'),
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/administration/UsersPage'), 'UsersPage'),
});

const teams = createRoute({
  getParentRoute: () => shell,
  path: '/settings/teams',
  beforeLoad: needs('teams:read'),
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/administration/TeamsPage'), 'TeamsPage'),
});

const roles = createRoute({
  getParentRoute: () => shell,
  path: '/settings/roles',
  beforeLoad: needs('roles:read'),
  component: lazyRouteComponent(() => import('@/features/administration/RolesPage'), 'RolesPage'),
});

const role = createRoute({
  getParentRoute: () => shell,
  path: '/settings/roles/$slug',
  beforeLoad: needs('roles:read'),
  component: lazyRouteComponent(() => import('@/features/administration/RolePage'), 'RolePage'),
});

const audit = createRoute({
  getParentRoute: () => shell,
  path: '/settings/audit',
  beforeLoad: needs('settings:manage'),
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/administration/AuditPage'), 'AuditPage'),
});

const accessLog = createRoute({
  getParentRoute: () => shell,
  path: '/settings/access-log',
  beforeLoad: needs('settings:manage'),
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/administration/AccessLogPage'), 'AccessLogPage'),
});

export const routeTree = root.addChildren([
  login,
  forgotPassword,
  resetPassword,
  invitation,
  shell.addChildren([
    dashboard,
    organisations,
    organisation,
    people,
    person,
    interactions,
    interaction,
    tasks,
    task,
    produits,
    produit,
    mandats,
    mandat,
    contracts,
    contract,
    events,
    event,
    pipeline,
    search,
    notifications,
    trash,
    help,
    profile,
    security,
    apiKeys,
    users,
    teams,
    roles,
    role,
    audit,
    accessLog,
  ]),
]);
