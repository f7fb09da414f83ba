import { NavLink, Text } from '@mantine/core';
import {
  IconBell,
  IconBuilding,
  IconChecklist,
  IconEye,
  IconHelp,
  IconHistory,
  IconHome,
  IconKey,
  IconLayoutKanban,
  IconLock,
  IconMessages,
  IconSearch,
  IconShieldLock,
  IconTrash,
  IconUser,
  IconUserCog,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react';
import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '@/lib/session';
import type shellTexts from '@/locales/fr/shell.json';

type Label = Exclude<keyof (typeof shellTexts)['navigation'], 'label' | 'open' | 'close'>;

interface Entry {
  to: LinkProps['to'];
  label: Label;
  icon: ReactNode;
  permission?: string;
}

interface Section {
  label?: Label;
  entries: Entry[];
}

const SECTIONS: Section[] = [
  {
    entries: [
      { to: '/', label: 'dashboard', icon: <IconHome size={18} /> },
      { to: '/search', label: 'search', icon: <IconSearch size={18} /> },
      { to: '/notifications', label: 'notifications', icon: <IconBell size={18} /> },
    ],
  },
  {
    label: 'commercial',
    entries: [
      {
        to: '/organisations',
        label: 'organisations',
        icon: <IconBuilding size={18} />,
        permission: 'organisations:read',
      },
      { to: '/people', label: 'people', icon: <IconUsers size={18} />, permission: 'people:read' },
      {
        to: '/interactions',
        label: 'interactions',
        icon: <IconMessages size={18} />,
        permission: 'interactions:read',
      },
      { to: '/tasks', label: 'tasks', icon: <IconChecklist size={18} />, permission: 'tasks:read' },
      {
        to: '/pipeline',
        label: 'pipeline',
        icon: <IconLayoutKanban size={18} />,
        permission: 'organisations:read',
      },
    ],
  },
  {
    label: 'account',
    entries: [
      { to: '/settings/profile', label: 'profile', icon: <IconUser size={18} /> },
      { to: '/settings/security', label: 'security', icon: <IconLock size={18} /> },
      { to: '/settings/api-keys', label: 'apiKeys', icon: <IconKey size={18} /> },
    ],
  },
  {
    label: 'administration',
    entries: [
      { to: '/settings/users', label: 'users', icon: <IconUserCog size={18} />, permission: 'users:update' },
      {
        to: '/settings/teams',
        label: 'teams',
        icon: <IconUsersGroup size={18} />,
        permission: 'teams:update',
      },
      { to: '/settings/roles', label: 'roles', icon: <IconShieldLock size={18} />, permission: 'roles:read' },
      {
        to: '/settings/audit',
        label: 'audit',
        icon: <IconHistory size={18} />,
        permission: 'settings:manage',
      },
      {
        to: '/settings/access-log',
        label: 'accessLog',
        icon: <IconEye size={18} />,
        permission: 'settings:manage',
      },
    ],
  },
  {
    label: 'tools',
    entries: [
      { to: '/trash', label: 'trash', icon: <IconTrash size={18} />, permission: 'organisations:delete' },
      { to: '/help', label: 'help', icon: <IconHelp size={18} /> },
    ],
  },
];

export function Navigation() {
  const { t } = useTranslation('shell');
  const can = useCan();
  const shown = SECTIONS.map((section) => ({
    ...section,
    entries: section.entries.filter((entry) => !entry.permission || can(entry.permission)),
  })).filter((section) => section.entries.length > 0);
  return shown.map((section) => (
    <div key={section.label ?? 'home'}>
      {section.label ? (
        <Text size="xs" fw={600} c="dimmed" tt="uppercase" px="sm" pt="md" pb={4}>
          {t(`navigation.${section.label}`)}
        </Text>
      ) : null}
      {section.entries.map((entry) => (
        <NavLink
          key={entry.label}
          component={Link}
          to={entry.to}
          activeOptions={{ exact: entry.to === '/', includeSearch: false }}
          label={t(`navigation.${entry.label}`)}
          leftSection={entry.icon}
          style={{ borderRadius: 'var(--mantine-radius-md)' }}
          activeProps={{ 'data-active': true, 'aria-current': 'page' }}
        />
      ))}
    </div>
  ));
}
