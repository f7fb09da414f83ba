import { Button, Container, Group, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';

/** What stands in the place of a page that cannot be shown: why, and where to go from here. */
export function FullPageNotice(props: {
  icon: ReactNode;
  title: string;
  children: ReactNode;
  onRetry?: () => void;
}) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${props.title} · ${t('product')}`;
  }, [props.title, t]);
  return (
    <Container size="xs" py={60}>
      <Stack align="center" ta="center" gap="sm">
        <ThemeIcon size={64} radius="xl" variant="light" aria-hidden>
          {props.icon}
        </ThemeIcon>
        <Title order={1} size="h2">
          {props.title}
        </Title>
        <Stack gap="xs" role="alert" maw="100%">
          {props.children}
        </Stack>
        <Group justify="center" mt="sm">
          {props.onRetry ? <Button onClick={props.onRetry}>{t('actions.retry')}</Button> : null}
          <Button component={Link} to="/" variant={props.onRetry ? 'default' : 'filled'}>
            {t('actions.home')}
          </Button>
        </Group>
      </Stack>
    </Container>
  );
}

export function NoticeText({ children }: { children: ReactNode }) {
  return (
    <Text c="dimmed" style={{ overflowWrap: 'anywhere' }}>
      {children}
    </Text>
  );
}
