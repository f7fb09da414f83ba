import { Button, Container, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Container size="xs" py="xl">
      <Stack>
        <Title order={1} size="h2">
          {t('errors.page_missing')}
        </Title>
        <Text>{t('errors.page_missing_text')}</Text>
        <Button component={Link} to="/">
          {t('actions.home')}
        </Button>
      </Stack>
    </Container>
  );
}
