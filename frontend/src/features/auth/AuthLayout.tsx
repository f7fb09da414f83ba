import { ActionIcon, Box, Group, Menu, Text, Title, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconLanguage } from '@tabler/icons-react';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { LanguageItems, THEMES, ThemeItems } from '@/components/PreferenceMenus';
import './auth.css';

/** The frame of the pages before the login: brand, one card, theme and language. */
export function AuthLayout(props: { title: string; intro?: ReactNode; children: ReactNode }) {
  const { t } = useTranslation('auth');
  const { t: common } = useTranslation();
  useEffect(() => {
    document.title = `${props.title} · ${common('product')}`;
  }, [props.title, common]);
  return (
    <div className="auth">
      <aside className="auth-side">
        <Group gap={12}>
          <img src="/favicon.svg" alt="" width={40} height={40} className="auth-logo" />
          <Text span fw={700} size="xl">
            {common('product')}
          </Text>
        </Group>
        <div className="auth-promise">
          <Text className="auth-claim">{t('claim')}</Text>
          <Text className="auth-claim-text">{t('claimText')}</Text>
        </div>
      </aside>
      <div className="auth-body">
        <Group justify="flex-end" gap={4} p="sm" component="header">
          <LanguageMenu />
          <ThemeMenu />
        </Group>
        <Box component="main" className="auth-card">
          <Group gap={10} className="auth-brand">
            <img src="/favicon.svg" alt="" width={32} height={32} />
            <Text span fw={700} size="lg">
              {common('product')}
            </Text>
          </Group>
          <Title order={1} size="h2" mb={6}>
            {props.title}
          </Title>
          {props.intro ? (
            <Text c="dimmed" mb="lg" component="div">
              {props.intro}
            </Text>
          ) : null}
          {props.children}
        </Box>
      </div>
    </div>
  );
}

function LanguageMenu() {
  const { t } = useTranslation('shell');
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon color="gray" aria-label={t('language.label')}>
          <IconLanguage size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <LanguageItems />
      </Menu.Dropdown>
    </Menu>
  );
}

function ThemeMenu() {
  const { t } = useTranslation('shell');
  const { colorScheme } = useMantineColorScheme();
  const Icon = THEMES.find((theme) => theme.value === colorScheme)?.icon ?? IconDeviceDesktop;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon color="gray" aria-label={t('theme.label')}>
          <Icon size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <ThemeItems />
      </Menu.Dropdown>
    </Menu>
  );
}
