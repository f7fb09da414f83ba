import { ActionIcon, Avatar, Menu, Text, useMantineColorScheme } from '@mantine/core';
import {
  IconDeviceDesktop,
  IconLanguage,
  IconLock,
  IconLogout,
  IconMoon,
  IconSun,
  IconUser,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { toasts } from '@/components/toasts';
import { chooseLanguage, LANGUAGES, useLanguage } from '@/lib/i18n';
import { KINDS, titleOf } from '@/lib/kinds';
import { session, useMe } from '@/lib/session';
import './shell.css';

const THEMES = [
  { value: 'light', icon: <IconSun size={16} /> },
  { value: 'dark', icon: <IconMoon size={16} /> },
  { value: 'auto', icon: <IconDeviceDesktop size={16} /> },
] as const;

/** Of the first and the last word. */
function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => word?.charAt(0).toUpperCase()).join('');
}

export function UserMenu() {
  const { t } = useTranslation('shell');
  const { user } = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const spoken = useLanguage();
  const name = titleOf(KINDS.users, user);
  const logOut = () => session.logOut().catch(() => toasts.failed(t('logOutFailed')));
  return (
    <Menu position="bottom-end" width={240} withinPortal>
      <Menu.Target>
        <ActionIcon aria-label={t('userMenu', { name })} radius="xl">
          <Avatar size={30} color="brand" alt="">
            <span className="initials" data-initials={initialsOf(name)} />
          </Avatar>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text fw={600} size="sm" c="bright" truncate>
            {name}
          </Text>
          <Text size="xs" truncate>
            {user.email}
          </Text>
        </Menu.Label>
        <Menu.Item component={Link} to="/settings/profile" leftSection={<IconUser size={16} />}>
          {t('navigation.profile')}
        </Menu.Item>
        <Menu.Item component={Link} to="/settings/security" leftSection={<IconLock size={16} />}>
          {t('navigation.security')}
        </Menu.Item>
        <Menu.Label>{t('theme.label')}</Menu.Label>
        {THEMES.map((theme) => (
          <Menu.Item
            key={theme.value}
            leftSection={theme.icon}
            onClick={() => setColorScheme(theme.value)}
            role="menuitemradio"
            aria-checked={colorScheme === theme.value}
            fw={colorScheme === theme.value ? 700 : undefined}
          >
            {t(`theme.${theme.value}`)}
          </Menu.Item>
        ))}
        <Menu.Label>{t('language.label')}</Menu.Label>
        {LANGUAGES.map((language) => (
          <Menu.Item
            key={language}
            lang={language}
            leftSection={<IconLanguage size={16} />}
            onClick={() => chooseLanguage(language)}
            role="menuitemradio"
            aria-checked={spoken === language}
            fw={spoken === language ? 700 : undefined}
          >
            {t(`language.${language}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={logOut}>
          {t('logOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
