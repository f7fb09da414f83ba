import { ActionIcon, Button, Group, Menu, Text, UnstyledButton } from '@mantine/core';
import {
  IconBookmarkPlus,
  IconCopy,
  IconDeviceFloppy,
  IconDotsVertical,
  IconLock,
  IconPencil,
  IconRestore,
  IconStar,
  IconStarOff,
  IconTrash,
  IconUsers,
  IconWorld,
} from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { toasts } from '@/components/toasts';
import type { ListSearch } from '@/lib/listSearch';
import { useCan, useMe } from '@/lib/session';
import classes from './DataView.module.css';
import { ViewDialog } from './ViewDialog';
import {
  differs,
  type SavedView,
  searchOf,
  useViews,
  useViewWriter,
  type ViewedResource,
  viewQueryOf,
} from './views';

interface Props {
  resource: ViewedResource;
  search: ListSearch;
  onSearch: (next: ListSearch) => void;
  /** The layout that a state without one means. */
  usualLayout: string;
}

/** The saved views of a list, the one that is shown, and what was changed since. */
export function ViewBar({ resource, search, onSearch, usualLayout }: Props) {
  const { t } = useTranslation('data');
  const { data: views = [], isSuccess } = useViews(resource);
  const [saving, setSaving] = useState(false);
  const me = useMe().user.id;
  const shown = views.find((view) => view.id === search.view);
  const changed = differs(search, shown, usualLayout);
  useDefaultView(views, isSuccess, me, { resource, search, onSearch, usualLayout });

  return (
    <Group gap={4} className={classes.views} component="nav" aria-label={t('views.label')}>
      <ViewTab active={!shown && !changed} onClick={() => onSearch({})}>
        {t('views.all')}
      </ViewTab>
      {views.map((view) => (
        <ViewTab
          key={view.id}
          active={view.id === shown?.id}
          changed={view.id === shown?.id && changed}
          visibility={view.visibility}
          onClick={() => onSearch(searchOf(view, usualLayout))}
        >
          {view.name}
        </ViewTab>
      ))}
      {shown ? (
        <ViewMenu
          usualLayout={usualLayout}
          resource={resource}
          view={shown}
          search={search}
          onSearch={onSearch}
          changed={changed}
        />
      ) : null}
      {changed ? (
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconBookmarkPlus size={15} />}
          onClick={() => setSaving(true)}
        >
          {t('views.save_new')}
        </Button>
      ) : null}
      {saving ? (
        <ViewDialog
          resource={resource}
          query={viewQueryOf(search, usualLayout)}
          onClose={() => setSaving(false)}
          onSaved={(view) => onSearch({ ...search, view: view.id })}
        />
      ) : null}
    </Group>
  );
}

/** A list that is opened without any state shows its user's default view. */
function useDefaultView(
  views: readonly SavedView[],
  known: boolean,
  me: string,
  { search, onSearch, usualLayout }: Props,
) {
  const decided = useRef(Object.keys(search).length > 0);
  useEffect(() => {
    if (!known || decided.current) return;
    decided.current = true;
    const usual = views.find((view) => view.is_default && view.owner_id === me);
    if (usual) onSearch(searchOf(usual, usualLayout));
  }, [known, views, me, onSearch, usualLayout]);
}

function ViewTab(props: {
  active: boolean;
  changed?: boolean;
  visibility?: SavedView['visibility'];
  onClick: () => void;
  children: string;
}) {
  const { t } = useTranslation('data');
  return (
    <UnstyledButton
      className={classes.viewTab}
      aria-current={props.active ? 'true' : undefined}
      onClick={props.onClick}
    >
      {props.visibility === 'team' ? <IconUsers size={14} aria-label={t('views.visibility.team')} /> : null}
      {props.visibility === 'everyone' ? (
        <IconWorld size={14} aria-label={t('views.visibility.everyone')} />
      ) : null}
      <span className={classes.viewName}>{props.children}</span>
      {props.changed ? <span className={classes.changed} role="img" aria-label={t('views.changed')} /> : null}
    </UnstyledButton>
  );
}

function ViewMenu({
  usualLayout,
  resource,
  view,
  search,
  onSearch,
  changed,
}: Props & { view: SavedView; changed: boolean }) {
  const { t } = useTranslation(['data', 'common']);
  const { t: common } = useTranslation();
  const me = useMe().user.id;
  const can = useCan();
  const [dialog, setDialog] = useState<'rename' | 'copy' | null>(null);
  const { update, remove, restore } = useViewWriter(resource);
  const own = view.owner_id === me;
  const editable = own || can('settings:manage');
  const failed = (error: unknown) => toasts.failed(messageOf(error, common));
  const save = (changes: Parameters<typeof update.mutate>[0]['changes'], said: string) =>
    update.mutateAsync({ view, changes }).then(() => toasts.done(said), failed);

  const drop = async () => {
    try {
      await remove.mutateAsync(view);
      onSearch({});
      toasts.undoable(t('data:views.deleted', { name: view.name }), common('actions.undo'), () => {
        restore.mutateAsync(view).then(() => onSearch(searchOf(view, usualLayout)), failed);
      });
    } catch (error) {
      failed(error);
    }
  };

  return (
    <>
      {changed ? (
        <>
          {editable ? (
            <Button
              size="compact-sm"
              variant="light"
              leftSection={<IconDeviceFloppy size={15} />}
              loading={update.isPending}
              onClick={() => void save({ query: viewQueryOf(search, usualLayout) }, t('data:views.saved'))}
            >
              {t('common:actions.save')}
            </Button>
          ) : null}
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            leftSection={<IconRestore size={15} />}
            onClick={() => onSearch(searchOf(view, usualLayout))}
          >
            {t('data:views.reset')}
          </Button>
        </>
      ) : null}
      <Menu position="bottom-start" withinPortal shadow="md" width={240}>
        <Menu.Target>
          <ActionIcon size="md" color="gray" aria-label={t('data:views.menu', { name: view.name })}>
            <IconDotsVertical size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {editable ? (
            <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setDialog('rename')}>
              {t('data:views.rename')}
            </Menu.Item>
          ) : null}
          <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => setDialog('copy')}>
            {t('data:views.copy')}
          </Menu.Item>
          {own ? (
            <Menu.Item
              leftSection={view.is_default ? <IconStarOff size={16} /> : <IconStar size={16} />}
              onClick={() => void save({ is_default: !view.is_default }, t('data:views.saved'))}
            >
              {view.is_default ? t('data:views.not_default') : t('data:views.make_default')}
            </Menu.Item>
          ) : null}
          {editable ? (
            <Menu.Item c="error" leftSection={<IconTrash size={16} />} onClick={() => void drop()}>
              {t('common:actions.delete')}
            </Menu.Item>
          ) : (
            <Text size="xs" c="dimmed" px="sm" py={6}>
              <IconLock size={12} /> {t('data:views.not_yours')}
            </Text>
          )}
        </Menu.Dropdown>
      </Menu>
      {dialog ? (
        <ViewDialog
          resource={resource}
          view={dialog === 'rename' ? view : undefined}
          query={viewQueryOf(search, usualLayout)}
          onClose={() => setDialog(null)}
          onSaved={(saved) => {
            if (dialog === 'copy') onSearch({ ...search, view: saved.id });
          }}
        />
      ) : null}
    </>
  );
}
