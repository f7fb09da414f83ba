import { notifications } from '@mantine/notifications';

/** Short messages at the edge of the screen; errors stay until they are closed. */
export const toasts = {
  done(message: string): void {
    notifications.show({ message, color: 'green', autoClose: 4000 });
  },
  failed(message: string): void {
    notifications.show({ message, color: 'red', autoClose: false, role: 'alert' });
  },
};
