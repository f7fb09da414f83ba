import { Anchor, Group, Kbd, List, SimpleGrid, Table, Text } from '@mantine/core';
import { useOs } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';

/** A short guide of the product. */
export function HelpPage() {
  const { t } = useTranslation('help');
  const listed = (key: 'start.steps' | 'search.items' | 'sharing.items' | 'undo.items') =>
    Object.values(t(key, { returnObjects: true }) as Record<string, string>);
  return (
    <>
      <PageHeader title={t('title')} subtitle={t('intro')} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} maw={1280}>
        <Panel title={t('start.title')}>
          <Points items={listed('start.steps')} numbered />
        </Panel>
        <Panel title={t('shortcuts.title')}>
          <Shortcuts />
        </Panel>
        <Panel title={t('search.title')}>
          <Points items={listed('search.items')} />
        </Panel>
        <Panel title={t('sharing.title')}>
          <Points items={listed('sharing.items')} />
        </Panel>
        <Panel title={t('undo.title')}>
          <Points items={listed('undo.items')} />
        </Panel>
        <Panel title={t('api.title')} text={t('api.text')}>
          <List spacing="xs">
            <List.Item>
              <OutsideLink href="/api/docs">{t('api.docs')}</OutsideLink>
            </List.Item>
            <List.Item>
              <OutsideLink href="/api/redoc">{t('api.reference')}</OutsideLink>
            </List.Item>
            <List.Item>
              <Anchor component={Link} to="/settings/api-keys">
                {t('api.keys')}
              </Anchor>
            </List.Item>
          </List>
        </Panel>
      </SimpleGrid>
    </>
  );
}

function Points({ items, numbered = false }: { items: string[]; numbered?: boolean }) {
  return (
    <List spacing="xs" type={numbered ? 'ordered' : 'unordered'} pe="md">
      {items.map((item) => (
        <List.Item key={item}>
          <Emphasised text={item} />
        </List.Item>
      ))}
    </List>
  );
}

/** `**so**` stands out. */
function Emphasised({ text }: { text: string }) {
  return text
    .split('**')
    .map((piece, place) =>
      place % 2 === 1 ? <strong key={piece}>{piece}</strong> : <Fragment key={piece}>{piece}</Fragment>,
    );
}

function Shortcuts() {
  const { t } = useTranslation('help');
  const mod = useOs() === 'macos' ? '⌘' : 'Ctrl';
  const rows: [string[], ReactNode][] = [
    [[mod, 'K'], t('shortcuts.palette')],
    [['↵'], t('shortcuts.open')],
    [['↑', '↓'], t('shortcuts.arrows')],
    [['/'], t('shortcuts.slash')],
    [['Esc'], t('shortcuts.escape')],
    [['Tab'], t('shortcuts.tab')],
  ];
  return (
    <Table verticalSpacing="xs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('shortcuts.keys')}</Table.Th>
          <Table.Th>{t('shortcuts.effect')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(([keys, effect]) => (
          <Table.Tr key={keys.join()}>
            <Table.Td>
              <Group gap={4} wrap="nowrap">
                {keys.map((key) => (
                  <Kbd key={key}>{key}</Kbd>
                ))}
              </Group>
            </Table.Td>
            <Table.Td>{effect}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function OutsideLink({ href, children }: { href: string; children: ReactNode }) {
  const { t } = useTranslation('help');
  return (
    <Anchor href={href} target="_blank" rel="noopener">
      {children}{' '}
      <Text span size="xs">
        {t('api.newTab')}
      </Text>
    </Anchor>
  );
}
