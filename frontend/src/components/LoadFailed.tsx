import { Alert, Button, Stack } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { messageOf } from './ErrorText';

/** Says why something could not be loaded, and tries again. */
export function LoadFailed({ error, onRetry }: { error: unknown; onRetry: () => unknown }) {
  const { t } = useTranslation();
  return (
    <Alert color="red" icon={<IconAlertCircle size={18} />} role="alert">
      <Stack gap="sm" align="flex-start">
        {messageOf(error, t)}
        <Button size="xs" variant="default" onClick={() => onRetry()}>
          {t('actions.retry')}
        </Button>
      </Stack>
    </Alert>
  );
}
