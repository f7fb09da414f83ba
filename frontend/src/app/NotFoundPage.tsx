import { IconMapPinOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { FullPageNotice, NoticeText } from './FullPageNotice';

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <FullPageNotice icon={<IconMapPinOff size={32} />} title={t('errors.page_missing')}>
      <NoticeText>{t('errors.page_missing_text')}</NoticeText>
    </FullPageNotice>
  );
}
