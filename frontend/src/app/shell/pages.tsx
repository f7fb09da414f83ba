import {
  IconBell,
  IconBuilding,
  IconCalendarEvent,
  IconChartPie,
  IconChecklist,
  IconEye,
  IconFileText,
  IconHelp,
  IconHistory,
  IconHome,
  IconKey,
  IconLayoutKanban,
  IconLock,
  IconMessages,
  IconSearch,
  IconSettings,
  IconShieldLock,
  IconSignature,
  IconTrash,
  IconUser,
  IconUserCog,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react';
import type { LinkProps } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import type shellTexts from '@/locales/fr/shell.json';

type Texts = typeof shellTexts;
export type PageLabel = Exclude<keyof Texts['navigation'], 'label' | 'open' | 'close' | 'narrow' | 'widen'>;

export interface Page {
  to: LinkProps['to'];
  label: PageLabel;
  icon: ComponentType<{ size?: number | string; stroke?: number | string }>;
  /** Without one of these the page is not offered. */
  permissions?: readonly string[];
}

export interface Section {
  label?: keyof Texts['sections'];
  pages: readonly Page[];
}

export const SETTINGS_PAGE: Page = { to: '/settings/profile', label: 'settings', icon: IconSettings };

export const MAIN: readonly Section[] = [
  {
    pages: [
      { to: '/', label: 'dashboard', icon: IconHome },
      { to: '/search', label: 'search', icon: IconSearch },
      { to: '/notifications', label: 'notifications', icon: IconBell },
    ],
  },
  {
    label: 'commercial',
    pages: [
      {
        to: '/organisations',
        label: 'organisations',
        icon: IconBuilding,
        permissions: ['organisations:read'],
      },
      { to: '/people', label: 'people', icon: IconUsers, permissions: ['people:read'] },
      { to: '/pipeline', label: 'pipeline', icon: IconLayoutKanban, permissions: ['organisations:read'] },
    ],
  },
  {
    label: 'distribution',
    pages: [
      { to: '/produits', label: 'produits', icon: IconChartPie, permissions: ['produits:read'] },
      { to: '/mandats', label: 'mandats', icon: IconSignature, permissions: ['mandats:read'] },
    ],
  },
  {
    label: 'agency',
    pages: [
      { to: '/contracts', label: 'contracts', icon: IconFileText, permissions: ['contracts:read'] },
      { to: '/events', label: 'events', icon: IconCalendarEvent, permissions: ['events:read'] },
    ],
  },
  {
    label: 'activity',
    pages: [
      { to: '/tasks', label: 'tasks', icon: IconChecklist, permissions: ['tasks:read'] },
      { to: '/interactions', label: 'interactions', icon: IconMessages, permissions: ['interactions:read'] },
    ],
  },
  {
    label: 'tools',
    pages: [
      {
        to: '/trash',
        label: 'trash',
        icon: IconTrash,
        permissions: [
          'organisations:delete',
          'people:delete',
          'interactions:delete',
          'tasks:delete',
          'produits:delete',
          'mandats:delete',
          'contracts:delete',
          'events:delete',
        ],
      },
      { to: '/help', label: 'help', icon: IconHelp },
      SETTINGS_PAGE,
    ],
  },
];

export const SETTINGS: readonly Section[] = [
  {
    label: 'account',
    pages: [
      { to: '/settings/profile', label: 'profile', icon: IconUser },
      { to: '/settings/security', label: 'security', icon: IconLock },
      { to: '/settings/api-keys', label: 'apiKeys', icon: IconKey },
    ],
  },
  {
    label: 'administration',
    pages: [
      { to: '/settings/users', label: 'users', icon: IconUserCog, permissions: ['users:read'] },
      { to: '/settings/teams', label: 'teams', icon: IconUsersGroup, permissions: ['teams:read'] },
      { to: '/settings/roles', label: 'roles', icon: IconShieldLock, permissions: ['roles:read'] },
      { to: '/settings/audit', label: 'audit', icon: IconHistory, permissions: ['settings:manage'] },
      { to: '/settings/access-log', label: 'accessLog', icon: IconEye, permissions: ['settings:manage'] },
    ],
  },
];

/** The sections with what the user may open; sections that would be empty are left out. */
export function permitted(sections: readonly Section[], can: (permission: string) => boolean): Section[] {
  return sections
    .map((section) => ({
      ...section,
      pages: section.pages.filter(({ permissions }) => !permissions || permissions.some(can)),
    }))
    .filter((section) => section.pages.length > 0);
}
