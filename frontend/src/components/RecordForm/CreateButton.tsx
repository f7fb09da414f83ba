import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { KindOf } from '@/lib/kinds';
import { useCan } from '@/lib/session';
import { openRecordForm } from '.';

/** Opens the form for a new record; nothing for users who may not create one. */
export function CreateButton({ kind }: { kind: KindOf }) {
  const { t } = useTranslation('kinds');
  const can = useCan();
  if (!can(`${kind.permission}:create`)) return null;
  return (
    <Button leftSection={<IconPlus size={16} />} onClick={() => openRecordForm({ kind })}>
      {t(`${kind.resource}.new`)}
    </Button>
  );
}
