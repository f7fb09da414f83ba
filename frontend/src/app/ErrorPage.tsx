import { Button, Code, Container, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ErrorText } from '@/components/ErrorText';
import { ApiError } from '@/lib/api/errors';

/** Shown in place of a page that failed. */
export function ErrorPage({ error }: { error: unknown }) {
  const { t } = useTranslation();
  return (
    <Container size="xs" py="xl">
      <Stack role="alert">
        <Title order={1} size="h2">
          {t('errors.title')}
        </Title>
        <ErrorText error={error} />
        {error instanceof ApiError ? null : (
          <>
            <Text>{t('errors.page_failed_text')}</Text>
            <Code block>{error instanceof Error ? error.message : String(error)}</Code>
          </>
        )}
        <Button onClick={() => window.location.reload()}>{t('actions.retry')}</Button>
      </Stack>
    </Container>
  );
}
