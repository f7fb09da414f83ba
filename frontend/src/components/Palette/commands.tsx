import { useMantineColorScheme } from '@mantine/core';
import {
  IconBell,
  IconBuilding,
  IconChecklist,
  IconDeviceDesktop,
  IconHelp,
  IconHome,
  IconLanguage,
  IconLayoutKanban,
  IconLock,
  IconMessages,
  IconMoon,
  IconPhone,
  IconPlus,
  IconSearch,
  IconSun,
  IconTrash,
  IconUser,
  IconUserCog,
  IconUsers,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { openRecordForm } from '@/components/RecordForm';
import { chooseLanguage, LANGUAGES } from '@/lib/i18n';
import { INTERACTIONS, ORGANISATIONS, PEOPLE, TASKS } from '@/lib/kinds';
import { useCan } from '@/lib/session';

export interface Command {
  id: string;
  label: string;
  icon: ReactNode;
  run: () => void;
}

export interface CommandGroup {
  id: 'create' | 'go' | 'appearance';
  commands: Command[];
}

const size = 18;

const PAGES = [
  { to: '/', label: 'dashboard', icon: <IconHome size={size} /> },
  {
    to: '/organisations',
    label: 'organisations',
    icon: <IconBuilding size={size} />,
    needs: 'organisations:read',
  },
  { to: '/people', label: 'people', icon: <IconUsers size={size} />, needs: 'people:read' },
  {
    to: '/interactions',
    label: 'interactions',
    icon: <IconMessages size={size} />,
    needs: 'interactions:read',
  },
  { to: '/tasks', label: 'tasks', icon: <IconChecklist size={size} />, needs: 'tasks:read' },
  { to: '/pipeline', label: 'pipeline', icon: <IconLayoutKanban size={size} />, needs: 'organisations:read' },
  { to: '/search', label: 'search', icon: <IconSearch size={size} /> },
  { to: '/notifications', label: 'notifications', icon: <IconBell size={size} /> },
  { to: '/settings/profile', label: 'profile', icon: <IconUser size={size} /> },
  { to: '/settings/security', label: 'security', icon: <IconLock size={size} /> },
  { to: '/settings/users', label: 'users', icon: <IconUserCog size={size} />, needs: 'users:update' },
  { to: '/trash', label: 'trash', icon: <IconTrash size={size} />, needs: 'organisations:delete' },
  { to: '/help', label: 'help', icon: <IconHelp size={size} /> },
] as const;

const THEMES = [
  { value: 'light', icon: <IconSun size={size} /> },
  { value: 'dark', icon: <IconMoon size={size} /> },
  { value: 'auto', icon: <IconDeviceDesktop size={size} /> },
] as const;

/** What the palette can do besides opening records; only what the user may. */
export function useCommands(): CommandGroup[] {
  const { t } = useTranslation(['search', 'shell', 'kinds']);
  const navigate = useNavigate();
  const can = useCan();
  const { setColorScheme } = useMantineColorScheme();
  const pages = PAGES.filter((page) => !('needs' in page) || can(page.needs));
  const create: Command[] = [ORGANISATIONS, PEOPLE, INTERACTIONS, TASKS]
    .filter((kind) => can(`${kind.permission}:create`))
    .map((kind) => ({
      id: `create-${kind.kind}`,
      label: t(`kinds:${kind.resource}.new`),
      icon: <IconPlus size={size} />,
      run: () => openRecordForm({ kind }),
    }));
  if (can('interactions:create')) {
    create.push({
      id: 'log-call',
      label: t('search:palette.log_call'),
      icon: <IconPhone size={size} />,
      run: () =>
        openRecordForm({
          kind: INTERACTIONS,
          initial: { type: 'phone', status: 'done', occurred_at: new Date().toISOString() },
        }),
    });
  }
  return [
    { id: 'create', commands: create },
    {
      id: 'go',
      commands: pages.map((page) => ({
        id: `go-${page.label}`,
        label: t(`shell:navigation.${page.label}`),
        icon: page.icon,
        run: () => void navigate({ to: page.to, search: {} }),
      })),
    },
    {
      id: 'appearance',
      commands: [
        ...THEMES.map((theme) => ({
          id: `theme-${theme.value}`,
          label: t('search:palette.theme', { theme: t(`shell:theme.${theme.value}`) }),
          icon: theme.icon,
          run: () => setColorScheme(theme.value),
        })),
        ...LANGUAGES.map((language) => ({
          id: `language-${language}`,
          label: t('search:palette.language', { language: t(`shell:language.${language}`) }),
          icon: <IconLanguage size={size} />,
          run: () => void chooseLanguage(language),
        })),
      ],
    },
  ];
}
