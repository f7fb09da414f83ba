import { Group, Kbd, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

const KEYS = [
  ['search', ['/']],
  ['move', ['↑', '↓', 'j', 'k']],
  ['columns', ['←', '→']],
  ['open', ['o']],
  ['enter', ['↵']],
  ['edit', ['F2', 'e']],
  ['choose', ['x']],
  ['choose_range', ['⇧', 'x']],
  ['clear', ['Esc']],
  ['help', ['?']],
] as const;

/** The keys of a list. */
export function Shortcuts({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(['data', 'common']);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('data:shortcuts.title')}
      closeButtonProps={{ 'aria-label': t('common:actions.close') }}
    >
      <Stack gap="xs" component="dl" m={0}>
        {KEYS.map(([name, keys]) => (
          <Group key={name} justify="space-between" wrap="nowrap">
            <Text component="dt" size="sm">
              {t(`data:shortcuts.${name}`)}
            </Text>
            <Group component="dd" gap={4} m={0} wrap="nowrap">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </Group>
          </Group>
        ))}
      </Stack>
    </Modal>
  );
}
