import { Kbd, Loader, Modal, ScrollArea, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconArrowRight, IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorText } from '@/components/ErrorText';
import { RecordName } from '@/components/fields/RecordName';
import { kindIcon } from '@/components/kindIcon';
import { plain } from '@/components/Marked';
import { autocomplete, FOUND_KINDS, kindOfFound, LEAST_CHARACTERS, pageOfFound } from '@/lib/api/search';
import { KINDS, pageOf } from '@/lib/kinds';
import { recentOf } from '@/lib/recent';
import { useCan, useMe } from '@/lib/session';
import { type Command, useCommands } from './commands';
import { FoundLine } from './FoundLine';
import classes from './Palette.module.css';

interface Option {
  id: string;
  content: ReactNode;
  run: () => void;
}

interface Section {
  id: string;
  label: string;
  options: Option[];
}

/** One field that finds records, pages and actions. The first result is always active, so Enter opens it. */
export function Palette({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation('search');
  return (
    <Modal.Root
      opened={opened}
      onClose={onClose}
      size={640}
      yOffset="10vh"
      transitionProps={{ duration: 120, transition: 'fade-down' }}
    >
      <Modal.Overlay />
      <Modal.Content aria-label={t('palette.label')}>
        <Field onClose={onClose} />
      </Modal.Content>
    </Modal.Root>
  );
}

function Field({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['search', 'common']);
  const listId = useId();
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const { sections, fresh, fetching, error, found } = useSections(typed);
  const options = sections.flatMap((section) => section.options);
  const current = options[Math.min(active, options.length - 1)];
  const openAwaited = useAwaitedEnter(fresh, () => choose(options[0]));
  useEffect(() => {
    if (current) document.getElementById(`${listId}-${current.id}`)?.scrollIntoView({ block: 'nearest' });
  }, [current, listId]);

  function choose(option: Option | undefined) {
    if (!option) return;
    onClose();
    option.run();
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length > 0) {
      event.preventDefault();
      setActive((active + step + options.length) % options.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (fresh || active > 0) choose(current);
      else openAwaited();
    }
  }

  return (
    <>
      <TextInput
        data-autofocus
        size="lg"
        classNames={{ input: classes.input }}
        leftSection={<IconSearch size={20} />}
        rightSection={fetching ? <Loader size={16} /> : null}
        placeholder={t('search:palette.placeholder')}
        aria-label={t('search:palette.label')}
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={current ? `${listId}-${current.id}` : undefined}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <VisuallyHidden aria-live="polite">
        {fresh && found !== null ? t('search:palette.found', { count: found }) : ''}
      </VisuallyHidden>
      <ScrollArea.Autosize mah="min(60vh, 520px)" type="auto" className={classes.list}>
        <div role="listbox" id={listId} aria-label={t('search:palette.results')}>
          {sections.map((section) => (
            // biome-ignore lint/a11y/useSemanticElements: a group of options, which no fieldset may hold
            <div key={section.id} role="group" aria-label={section.label}>
              <Text size="xs" fw={600} c="dimmed" className={classes.group} aria-hidden>
                {section.label}
              </Text>
              {section.options.map((option) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the focus and takes the keys
                <div
                  key={option.id}
                  id={`${listId}-${option.id}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={option === current}
                  className={classes.option}
                  onMouseMove={() => setActive(options.indexOf(option))}
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => choose(option)}
                >
                  {option.content}
                </div>
              ))}
            </div>
          ))}
        </div>
        {error ? <ErrorText error={error} /> : null}
        {!error && fresh && found === 0 ? (
          <Text c="dimmed" p="md">
            {t('search:palette.nothing', { text: typed.trim() })}
          </Text>
        ) : null}
      </ScrollArea.Autosize>
      <div className={classes.footer} aria-hidden>
        <span>
          <Kbd size="xs">↑</Kbd> <Kbd size="xs">↓</Kbd> {t('search:palette.choose')}
        </span>
        <span>
          <Kbd size="xs">↵</Kbd> {t('common:actions.open')}
        </span>
        <span>
          <Kbd size="xs">Esc</Kbd> {t('common:actions.close')}
        </span>
      </div>
    </>
  );
}

/** Enter that comes before the answer opens the first result once it is there, not one of an older question. */
function useAwaitedEnter(fresh: boolean, open: () => void): () => void {
  const [awaited, setAwaited] = useState(false);
  useEffect(() => {
    if (!awaited || !fresh) return;
    setAwaited(false);
    open();
  });
  return () => setAwaited(true);
}

/** `fresh` says that what is shown answers what is typed; `found` counts records, null while none are asked for. */
function useSections(typed: string) {
  const { t } = useTranslation(['search', 'kinds']);
  const navigate = useNavigate();
  const can = useCan();
  const text = typed.trim();
  const [settled] = useDebouncedValue(text, 120);
  const asking = text.length >= LEAST_CHARACTERS;
  const types = FOUND_KINDS.filter((kind) => can(`${kind.permission}:read`)).map((kind) => kind.kind);
  const { data, isFetching, isPlaceholderData, error } = useQuery({
    queryKey: ['search', 'autocomplete', settled],
    queryFn: ({ signal }) => autocomplete(settled, types, signal),
    enabled: settled.length >= LEAST_CHARACTERS && types.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });
  const recents = useRecentOptions();
  const commands = useCommands();

  const sections: Section[] = [];
  if (asking) {
    for (const group of data?.groups ?? []) {
      const kind = kindOfFound(group.kind);
      if (!kind) continue;
      const options = group.items.map((found) => ({
        id: found.id,
        content: <FoundLine found={found} typed={settled} />,
        run: () => void navigate({ to: pageOfFound(found) ?? '/' }),
      }));
      sections.push({ id: kind.kind, label: t(`kinds:${kind.resource}.many`), options });
    }
  } else if (!text && recents.length > 0) {
    sections.push({ id: 'recent', label: t('search:palette.recent'), options: recents });
  }
  for (const group of commands) {
    const options = group.commands.filter((command) => fits(command, text)).map(optionOf);
    if (options.length > 0)
      sections.push({ id: group.id, label: t(`search:palette.groups.${group.id}`), options });
  }
  if (asking) {
    const everywhere = {
      id: 'everywhere',
      label: t('search:palette.everywhere', { text }),
      icon: <IconArrowRight size={18} />,
      run: () => void navigate({ to: '/search', search: { q: text } }),
    };
    sections.push({ id: 'more', label: t('search:title'), options: [optionOf(everywhere)] });
  }
  const fresh = !asking || Boolean(error) || (settled === text && data !== undefined && !isPlaceholderData);
  const found = asking && data ? data.groups.reduce((sum, group) => sum + group.items.length, 0) : null;
  return { sections, fresh, fetching: asking && isFetching, error: asking ? error : null, found };
}

function useRecentOptions(): Option[] {
  const { user } = useMe();
  const navigate = useNavigate();
  const [recents] = useState(() => recentOf(user.id));
  return recents.map(({ resource, id }) => ({
    id: `recent-${id}`,
    content: (
      <>
        <Text span c="dimmed" lh={0} aria-hidden>
          {kindIcon(KINDS[resource].kind)}
        </Text>
        <Text span truncate="end" fw={550}>
          <RecordName resource={resource} id={id} plain />
        </Text>
      </>
    ),
    run: () => void navigate({ to: pageOf(resource, id) ?? '/' }),
  }));
}

function optionOf(command: Command): Option {
  const content = (
    <>
      <Text span c="dimmed" lh={0} aria-hidden>
        {command.icon}
      </Text>
      <Text span truncate="end">
        {command.label}
      </Text>
    </>
  );
  return { id: command.id, content, run: command.run };
}

/** A command fits when each typed word begins a word of its label. */
function fits(command: Command, text: string): boolean {
  const words = plain(command.label).split(/[^\p{L}\p{N}]+/u);
  return plain(text)
    .split(/\s+/)
    .filter(Boolean)
    .every((typed) => words.some((word) => word.startsWith(typed)));
}
