import { ActionIcon, Group, Kbd, Text, UnstyledButton } from '@mantine/core';
import { useHotkeys, useOs } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { recordAt, remember } from '@/lib/recent';
import { useMe } from '@/lib/session';
import classes from './Palette.module.css';

const loadPalette = () => import('./Palette');
const Palette = lazy(() => loadPalette().then((module) => ({ default: module.Palette })));

/** Opens the palette, as does Ctrl-K from anywhere, fields included. */
export function PaletteButton() {
  const { t } = useTranslation('search');
  const [opened, setOpened] = useState(false);
  // Counts the openings: each begins with an empty field.
  const [opening, setOpening] = useState(0);
  const mac = useOs() === 'macos';
  useRememberedPages();
  useEffect(() => whenIdle(loadPalette), []);
  const open = () => {
    setOpening((before) => before + 1);
    setOpened(true);
  };
  useHotkeys([['mod+K', () => (opened ? setOpened(false) : open())]], [], true);
  return (
    <>
      <UnstyledButton
        onClick={open}
        className={classes.opener}
        visibleFrom="sm"
        aria-keyshortcuts="Control+K"
      >
        <Group gap="xs" wrap="nowrap">
          <IconSearch size={16} aria-hidden />
          <Text span size="sm" truncate="end" style={{ flex: 1 }}>
            {t('palette.open')}
          </Text>
          <Kbd size="xs" aria-hidden>
            {mac ? '⌘' : 'Ctrl'} K
          </Kbd>
        </Group>
      </UnstyledButton>
      <ActionIcon onClick={open} hiddenFrom="sm" aria-label={t('palette.open')}>
        <IconSearch size={20} />
      </ActionIcon>
      <Suspense>
        {opening > 0 ? <Palette key={opening} opened={opened} onClose={() => setOpened(false)} /> : null}
      </Suspense>
    </>
  );
}

function useRememberedPages(): void {
  const { user } = useMe();
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => {
    const record = recordAt(path);
    if (record) remember(user.id, record);
  }, [path, user.id]);
}

function whenIdle(work: () => unknown): () => void {
  if (!('requestIdleCallback' in window)) {
    const timer = setTimeout(work, 2_000);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(work, { timeout: 5_000 });
  return () => cancelIdleCallback(handle);
}
