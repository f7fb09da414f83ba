import { ActionIcon, AppShell, Burger, Drawer, Group, ScrollArea, Text, Tooltip } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import '@mantine/notifications/styles.layer.css';
import { useDisclosure, useLocalStorage } from '@mantine/hooks';
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, Navigate, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { PaletteButton } from '@/components/Palette/PaletteButton';
import { RecordFormHost } from '@/components/RecordForm';
import { NotificationBell } from '@/features/notifications/NotificationBell';
import { ConflictDialog } from '@/features/records/ConflictDialog';
import { useSession } from '@/lib/session';
import { Navigation } from './Navigation';
import { NavigationProgress } from './NavigationProgress';
import { OfflineBanner } from './OfflineBanner';
import { SessionExpired } from './SessionExpired';
import { UserMenu } from './UserMenu';
import { usePageFocus } from './usePageFocus';
import './shell.css';

const WIDE = 240;
const NARROW = 60;

/** The frame of every page behind the login. */
export function Shell() {
  const { me } = useSession();
  if (!me) return <LoggedOut />;
  return (
    <ModalsProvider>
      <Notifications position="bottom-right" />
      <Frame />
    </ModalsProvider>
  );
}

/** Logged out, here or in another tab: nothing that was shown stays in memory. */
function LoggedOut() {
  const queryClient = useQueryClient();
  useEffect(() => queryClient.clear(), [queryClient]);
  return <Navigate to="/login" search={{}} replace />;
}

function Frame() {
  const { t } = useTranslation('shell');
  const [opened, { open, close }] = useDisclosure();
  const [compact, setCompact] = useLocalStorage({
    key: 'alforis.navigation.compact',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const path = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the navigation on small screens
  useEffect(close, [path]);
  usePageFocus();
  const toggleLabel = compact ? t('navigation.widen') : t('navigation.narrow');
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: compact ? NARROW : WIDE, breakpoint: 'md', collapsed: { mobile: true } }}
      padding="md"
      transitionDuration={0}
    >
      <a className="skip-link" href="#main">
        {t('skip')}
      </a>
      <NavigationProgress />
      <AppShell.Header>
        <Group h="100%" px="sm" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={open}
              hiddenFrom="md"
              size="sm"
              aria-label={t('navigation.open')}
              aria-expanded={opened}
            />
            <Brand />
          </Group>
          <Group gap={4} wrap="nowrap">
            <PaletteButton />
            <NotificationBell />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label={t('navigation.label')} className="shell-navbar" visibleFrom="md">
        <AppShell.Section grow component={ScrollArea} type="auto" scrollbarSize={6} p="xs">
          <Navigation compact={compact} />
        </AppShell.Section>
        <AppShell.Section p="xs">
          <Tooltip label={toggleLabel} position="right" openDelay={200}>
            <ActionIcon
              color="gray"
              aria-label={toggleLabel}
              aria-pressed={compact}
              onClick={() => setCompact(!compact)}
            >
              {compact ? (
                <IconLayoutSidebarLeftExpand size={18} />
              ) : (
                <IconLayoutSidebarLeftCollapse size={18} />
              )}
            </ActionIcon>
          </Tooltip>
        </AppShell.Section>
      </AppShell.Navbar>
      <Drawer
        opened={opened}
        onClose={close}
        size={300}
        hiddenFrom="md"
        title={<Brand />}
        closeButtonProps={{ 'aria-label': t('navigation.close') }}
        padding="sm"
      >
        <nav aria-label={t('navigation.label')}>
          <Navigation />
        </nav>
      </Drawer>
      <AppShell.Main id="main" tabIndex={-1}>
        <OfflineBanner />
        <Outlet />
      </AppShell.Main>
      <RecordFormHost />
      <ConflictDialog />
      <SessionExpired />
    </AppShell>
  );
}

function Brand() {
  const { t } = useTranslation();
  return (
    <Link to="/" className="shell-brand">
      <img src="/favicon.svg" alt="" width={28} height={28} />
      <Text span fw={700}>
        {t('product')}
      </Text>
    </Link>
  );
}
