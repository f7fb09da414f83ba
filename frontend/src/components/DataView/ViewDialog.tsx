import { Button, Checkbox, Group, Modal, Radio, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorText } from '@/components/ErrorText';
import {
  type SavedView,
  useViewWriter,
  type ViewedResource,
  type Visibility,
  type viewQueryOf,
} from './views';

const VISIBILITIES: readonly Visibility[] = ['private', 'team', 'everyone'];

/** Gives the state of the list a name, or a view another name and other readers. */
export function ViewDialog(props: {
  resource: ViewedResource;
  /** The view to change; a new one without it. */
  view?: SavedView;
  query: ReturnType<typeof viewQueryOf>;
  onClose: () => void;
  onSaved: (view: SavedView) => void;
}) {
  const { t } = useTranslation(['data', 'common']);
  const { create, update } = useViewWriter(props.resource);
  const [name, setName] = useState(props.view?.name ?? '');
  const [visibility, setVisibility] = useState<Visibility>(props.view?.visibility ?? 'private');
  const [isDefault, setDefault] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setFailure(null);
    try {
      const saved = props.view
        ? await update.mutateAsync({ view: props.view, changes: { name: name.trim(), visibility } })
        : await create.mutateAsync({
            name: name.trim(),
            visibility,
            query: props.query,
            is_default: isDefault,
            position: 0,
          });
      if (saved) props.onSaved(saved);
      props.onClose();
    } catch (error) {
      setFailure(error);
    }
  };

  return (
    <Modal
      opened
      onClose={props.onClose}
      title={props.view ? t('data:views.rename') : t('data:views.new')}
      closeButtonProps={{ 'aria-label': t('common:actions.close') }}
    >
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          <TextInput
            data-autofocus
            label={t('data:views.name')}
            value={name}
            maxLength={200}
            required
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Radio.Group
            label={t('data:views.readers')}
            value={visibility}
            onChange={(value) => setVisibility(value as Visibility)}
          >
            <Stack gap={6} mt={6}>
              {VISIBILITIES.map((one) => (
                <Radio key={one} value={one} label={t(`data:views.visibility.${one}`)} />
              ))}
            </Stack>
          </Radio.Group>
          {props.view ? null : (
            <Checkbox
              label={t('data:views.make_default')}
              checked={isDefault}
              onChange={(event) => setDefault(event.currentTarget.checked)}
            />
          )}
          {failure ? <ErrorText error={failure} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {t('common:actions.cancel')}
            </Button>
            <Button type="submit" loading={create.isPending || update.isPending} disabled={!name.trim()}>
              {t('common:actions.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
