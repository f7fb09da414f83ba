import { Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** Says why there is nothing here and offers the next step. */
export function EmptyState(props: { icon: ReactNode; title: string; text?: string; action?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md">
      <ThemeIcon size={56} radius="xl" variant="light" aria-hidden>
        {props.icon}
      </ThemeIcon>
      <Title order={2} size="h4" ta="center">
        {props.title}
      </Title>
      {props.text ? (
        <Text c="dimmed" ta="center" maw={460}>
          {props.text}
        </Text>
      ) : null}
      {props.action}
    </Stack>
  );
}
