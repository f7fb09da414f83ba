import { Button } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DataView } from '@/components/DataView';
import { PageHeader } from '@/components/PageHeader';
import type { User } from '@/lib/api/records';
import { USERS } from '@/lib/kinds';
import { useCan } from '@/lib/session';
import { UserActions } from './UserActions';
import { UserDialog } from './UserDialog';

const route = getRouteApi('/shell/settings/users');
const NO_HREF = () => null;

export function UsersPage() {
  const { t } = useTranslation('administration');
  const can = useCan();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [open, setOpen] = useState<User | 'new' | null>(null);
  const edit = useCallback((user: User) => setOpen(user), []);
  const actions = useCallback((user: User) => <UserActions user={user} onEdit={edit} />, [edit]);
  const changes = can('users:update') || can('users:delete');
  return (
    <>
      <PageHeader
        title={t('users.title')}
        subtitle={t('users.text')}
        actions={
          can('users:create') ? (
            <Button leftSection={<IconUserPlus size={18} />} onClick={() => setOpen('new')}>
              {t('users.invite')}
            </Button>
          ) : null
        }
      />
      <DataView
        kind={USERS}
        search={search}
        onSearch={(next) => navigate({ search: next })}
        rowHref={NO_HREF}
        onOpen={can('users:update') ? edit : undefined}
        rowActions={changes ? actions : undefined}
        selectable={false}
      />
      {open ? (
        <UserDialog
          key={open === 'new' ? 'new' : open.id}
          user={open === 'new' ? null : open}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </>
  );
}
