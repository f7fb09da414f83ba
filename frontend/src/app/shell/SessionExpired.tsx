import { Anchor, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { toasts } from '@/components/toasts';
import { LoginForm } from '@/features/auth/LoginForm';
import { session, useSession } from '@/lib/session';

/** Asks for the password over the page when the session has ended; what is on the page stays as it is. */
export function SessionExpired() {
  const { t } = useTranslation('auth');
  const { t: common } = useTranslation();
  const { status, me } = useSession();
  const leave = () => session.logOut().catch(() => toasts.failed(common('errors.offline')));
  return (
    <Modal
      opened={status === 'expired'}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={t('expired.title')}
      centered
      zIndex={1000}
      overlayProps={{ blur: 3 }}
    >
      <Stack gap="sm">
        <Text>{t('expired.text')}</Text>
        <LoginForm login={me?.user.email} />
        <Anchor component="button" type="button" size="sm" ta="center" onClick={leave}>
          {t('expired.leave')}
        </Anchor>
      </Stack>
    </Modal>
  );
}
