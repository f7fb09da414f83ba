import { ActionIcon, Avatar, Menu, Text } from '@mantine/core';
import { IconLock, IconLogout, IconUser } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { LanguageItems, ThemeItems } from '@/components/PreferenceMenus';
import { toasts } from '@/components/toasts';
import { KINDS, titleOf } from '@/lib/kinds';
import { session, useMe } from '@/lib/session';
import './shell.css';

/** Of the first and the last word. */
function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => word?.charAt(0).toUpperCase()).join('');
}

export function UserMenu() {
  const { t } = useTranslation('shell');
  const { user } = useMe();
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
        <ThemeItems />
        <Menu.Label>{t('language.label')}</Menu.Label>
        <LanguageItems />
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={logOut}>
          {t('logOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
