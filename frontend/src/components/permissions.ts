import { useTranslation } from 'react-i18next';

/** A permission such as `organisations:update` in the user's words: "Organisations: change". */
export function usePermissionLabel(): (permission: string) => string {
  const { t } = useTranslation('administration');
  return (permission) => {
    const [resource = '', action = ''] = permission.split(':');
    return t('permission', {
      resource: t(`resources.${resource}` as never, { defaultValue: resource }),
      action: t(`actions.${action}` as never, { defaultValue: action }),
    });
  };
}
