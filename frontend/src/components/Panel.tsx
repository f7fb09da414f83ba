import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';

/** A titled part of a settings page. */
export function Panel(props: {
  title: string;
  text?: ReactNode;
  badge?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
}) {
  const titleId = useId();
  return (
    <Paper withBorder p="lg" radius="md" component="section" aria-labelledby={titleId}>
      <Group justify="space-between" align="flex-start" gap="sm" mb={props.children ? 'md' : 0}>
        <Stack gap={4} style={{ flex: '1 1 280px', minWidth: 0 }}>
          <Group gap="xs">
            <Title order={2} size="h4" id={titleId}>
              {props.title}
            </Title>
            {props.badge}
          </Group>
          {props.text ? (
            <Text c="dimmed" size="sm" component="div">
              {props.text}
            </Text>
          ) : null}
        </Stack>
        {props.actions ? <Group gap="xs">{props.actions}</Group> : null}
      </Group>
      {props.children}
    </Paper>
  );
}
