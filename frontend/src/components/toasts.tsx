import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import i18next from 'i18next';

/** A toast's close button has no text, so it gets a name in the language of the moment. */
export const closable = () => ({ closeButtonProps: { 'aria-label': i18next.t('actions.close') } });

/** Short messages at the edge of the screen; errors stay until they are closed. */
export const toasts = {
  done(message: string): void {
    notifications.show({ message, color: 'green', autoClose: 4000, ...closable() });
  },
  failed(message: string): void {
    notifications.show({ message, color: 'red', autoClose: false, role: 'alert', ...closable() });
  },
  /** Says what was done and offers to take it back. */
  undoable(message: string, undoLabel: string, undo: () => void): void {
    const id = notifications.show({
      message: (
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <span>{message}</span>
          <Button
            size="compact-sm"
            variant="light"
            style={{ flex: 'none' }}
            onClick={() => {
              notifications.hide(id);
              undo();
            }}
          >
            {undoLabel}
          </Button>
        </Group>
      ),
      color: 'green',
      autoClose: 8000,
      ...closable(),
    });
  },
};
